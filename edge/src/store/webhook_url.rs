//! Where webhooks may go: https on a public host name. The first guard against requests into private networks; what it
//! cannot see, because a name says nothing of the address behind it, is in `docs/operators.md`.

use std::net::Ipv4Addr;

/// Characters of an address.
const MAX_CHARACTERS: usize = 2_000;
/// Characters of a host name, by DNS.
const MAX_HOST_CHARACTERS: usize = 253;
/// Ports below are those of old services, which answer to anything; HTTPS on one of them has no good reason but 443.
const FIRST_FREE_PORT: u16 = 1_024;
const HTTPS_PORT: u16 = 443;
/// Names that mean a private network, or nothing at all, by their last labels.
const PRIVATE_SUFFIXES: [&str; 18] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "lan",
    "home",
    "corp",
    "arpa",
    "onion",
    "alt",
    "test",
    "invalid",
    "svc",
    "cluster",
    "consul",
    "docker",
];
/// Public names under which anyone finds a loopback or a chosen address: made for development, used for attacks.
const REBINDING_SUFFIXES: [&str; 24] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "ipq.co",
    "local-ip.co",
    "local-ip.sh",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "fuf.me",
    "smackaho.st",
    "local.gd",
    "localhost.direct",
    "traefik.me",
    "lndo.site",
    "ddev.site",
    "docksal.site",
    "rbndr.us",
    "1u.ms",
    "plex.direct",
    "burpcollaborator.net",
    "localhost.domaincontrol.com",
    "127-0-0-1.org.uk",
];
/// Public names of clouds' metadata services.
const METADATA_NAMES: [&str; 3] = ["metadata.goog", "metadata.tencentyun.com", "metadata.platformequinix.com"];

const NO_PUBLIC_NAME: &str =
    "the address must name a public host such as shop.example, not an IP address or a local name";

/// Checks an address, or says what is wrong with it. `own_host` is this deployment, which must not call itself.
///
/// IP addresses in any notation are refused: the platform refuses them at send time too, and their many spellings
/// (`0x7f.1`, `2130706433`, `[::ffff:127.0.0.1]`) are what attacks are made of.
pub fn check_webhook_url(url: &str, allow_loopback: bool, own_host: Option<&str>) -> Result<(), String> {
    if url.len() > MAX_CHARACTERS || !url.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\') {
        return Err(format!("the address must be plain ASCII of at most {MAX_CHARACTERS} characters"));
    }
    let (scheme, rest) = url.split_once("://").ok_or("give an address such as https://shop.example/webhooks")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("the address must not hold a user name or password".to_owned());
    }
    if allow_loopback && matches!(scheme, "http" | "https") && is_loopback(authority) {
        return Ok(());
    }
    if scheme != "https" {
        return Err("the address must start with https://".to_owned());
    }
    if authority.starts_with('[') || authority.matches(':').count() > 1 {
        return Err(NO_PUBLIC_NAME.to_owned()); // IPv6
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    check_port(port)?;
    let host = host.to_ascii_lowercase();
    check_host(host.strip_suffix('.').unwrap_or(&host), own_host)
}

fn check_port(port: Option<&str>) -> Result<(), String> {
    let Some(port) = port else { return Ok(()) };
    // A sign would be read as part of the number.
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>().ok().filter(|_| digits) {
        Some(HTTPS_PORT | FIRST_FREE_PORT..) => Ok(()),
        _ => Err(format!("the port must be {HTTPS_PORT}, or {FIRST_FREE_PORT} and above")),
    }
}

/// Checks a host name in small letters, without a dot at its end.
fn check_host(host: &str, own_host: Option<&str>) -> Result<(), String> {
    let labels: Vec<&str> = host.split('.').collect();
    let label_fits = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    // A public name's last label is never a number; an IPv4 address in any of its spellings ends in one.
    let last = labels.last().copied().unwrap_or_default();
    let ends_in_number = last.starts_with(|character: char| character.is_ascii_digit());
    let fits = host.len() <= MAX_HOST_CHARACTERS && labels.len() >= 2 && labels.iter().all(label_fits);
    if !fits || ends_in_number {
        return Err(NO_PUBLIC_NAME.to_owned());
    }
    let is_under =
        |suffix: &&str| host == *suffix || host.strip_suffix(*suffix).is_some_and(|rest| rest.ends_with('.'));
    if PRIVATE_SUFFIXES.iter().any(&is_under) {
        return Err("the address points into a private network".to_owned());
    }
    let leads_inside = REBINDING_SUFFIXES.iter().chain(&METADATA_NAMES).any(is_under);
    if leads_inside || embeds_private_address(&labels) {
        return Err("the name leads to a private address".to_owned());
    }
    let own = own_host.map(|own| own.strip_suffix('.').unwrap_or(own));
    if own.is_some_and(|own| own.eq_ignore_ascii_case(host)) {
        return Err("the address is this very deployment".to_owned());
    }
    Ok(())
}

/// True where a name carries a private address as four labels or as one (`10.0.0.1.shop.example`, `10-0-0-1.shop.example`):
/// services that resolve such names are many, and no list has them all. Public ones, as clouds give to machines, may pass.
fn embeds_private_address(labels: &[&str]) -> bool {
    let address = |parts: &[&str]| -> Option<Ipv4Addr> {
        let numbers = parts.iter().map(|part| part.parse::<u8>().ok()).collect::<Option<Vec<_>>>()?;
        <[u8; 4]>::try_from(numbers).ok().map(Ipv4Addr::from)
    };
    let is_private = |parts: &[&str]| address(parts).is_some_and(|address| !is_public(address));
    labels.windows(4).any(is_private)
        || labels.iter().any(|label| label.split('-').collect::<Vec<_>>().windows(4).any(is_private))
}

/// True for what the internet routes, by IANA's registry of special addresses.
const fn is_public(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || first == 0
        || first >= 224
        || (first == 100 && second & 0xc0 == 64)
        || (first == 198 && second & 0xfe == 18)
        || (first == 192 && second == 0 && third == 0))
}

fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|number| number > 0) {
            host
        } else {
            authority
        }
    });
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}
