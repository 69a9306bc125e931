//! Where webhooks may go: https on a public host name. The first guard against requests into private networks.

/// Characters of an address.
const MAX_CHARACTERS: usize = 2_000;
/// Names that mean a private network, by their last labels.
const PRIVATE_SUFFIXES: [&str; 9] =
    ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion"];

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
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |number| number == 0)) {
        return Err("the port is not valid".to_owned());
    }
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let labels: Vec<&str> = host.split('.').collect();
    let label_fits = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    // A public name's last label is never a number; an IPv4 address in any of its spellings ends in one.
    let last = labels.last().copied().unwrap_or_default();
    let ends_in_number = last.starts_with(|character: char| character.is_ascii_digit());
    if labels.len() < 2 || !labels.iter().all(label_fits) || ends_in_number {
        return Err(
            "the address must name a public host such as shop.example, not an IP address or a local name".to_owned()
        );
    }
    let is_under = |suffix: &str| host == suffix || host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
    if PRIVATE_SUFFIXES.iter().any(|suffix| is_under(suffix)) {
        return Err("the address points into a private network".to_owned());
    }
    if own_host.is_some_and(|own| own.eq_ignore_ascii_case(host)) {
        return Err("the address is this very deployment".to_owned());
    }
    Ok(())
}

fn is_loopback(authority: &str) -> bool {
    let host = authority.rsplit_once(':').map_or(authority, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { authority }
    });
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_names_only() {
        for url in [
            "https://shop.example/webhooks",
            "https://shop.example:8443/x?y=1",
            "https://a.b.c.example",
            "https://xn--bcher-kva.example/",
        ] {
            assert_eq!(check_webhook_url(url, false, Some("pay.example")), Ok(()), "{url}");
        }
        for url in [
            "",
            "shop.example",
            "http://shop.example/",
            "ftp://shop.example/",
            "https://",
            "https:///x",
            "https://shop",
            "https://user@shop.example/",
            "https://user:secret@shop.example/",
            "https://shop.example@127.0.0.1/",
            "https://127.0.0.1/",
            "http://127.0.0.1:8080/",
            "https://localhost/",
            "https://LOCALHOST/",
            "https://a.localhost/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://127.0.0.1./",
            "https://metadata.google.internal/",
            "https://printer.local/",
            "https://router.lan/",
            "https://nas.home.arpa/",
            "https://pay.example/webhooks",
            "https://PAY.example/",
            "https://pay.example./",
            "https://pay.example:8443/",
            "https://shop.example:0/",
            "https://shop.example:99999/",
            "https://shop.example:x/",
            "https://sh op.example/",
            "https://shop.example\\@127.0.0.1/",
            "https://shöp.example/",
            "https://.example/",
            "https://shop..example/",
            "https://x.onion/",
            "javascript:alert(1)",
            "https://shop.example\n.evil.example/",
            "https://%31%32%37.0.0.1/",
        ] {
            assert!(check_webhook_url(url, false, Some("pay.example")).is_err(), "{url}");
        }
    }

    #[test]
    fn loopback_only_where_it_is_allowed() {
        for url in ["http://127.0.0.1:8080/webhooks", "http://localhost:1/", "https://[::1]:9/x"] {
            assert_eq!(check_webhook_url(url, true, None), Ok(()), "{url}");
            assert!(check_webhook_url(url, false, None).is_err(), "{url}");
        }
        for url in ["http://127.0.0.2/", "http://10.0.0.1/", "http://localhost.evil.example/", "http://user@127.0.0.1/"]
        {
            assert!(check_webhook_url(url, true, None).is_err(), "{url}");
        }
    }
}
