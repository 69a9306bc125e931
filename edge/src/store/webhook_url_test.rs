//! Every way to write an address that must not be called, each with the reason it is refused for; and what must pass.

use super::webhook_url::check_webhook_url;

/// The deployment's own host.
const OWN: Option<&str> = Some("pay.example");

/// The reasons, by a word of their text.
const FORM: &str = "plain ASCII";
const SCHEME: &str = "https://";
const USER: &str = "user name";
const PORT: &str = "port";
const NAME: &str = "public host";
const INSIDE: &str = "private network";
const LEADS: &str = "private address";
const SELF: &str = "this very deployment";

#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str)] = &[
    // no address at all, or of another kind
    ("nothing",                             "",                                             SCHEME),
    ("no scheme",                           "shop.example",                                 SCHEME),
    ("plain HTTP",                          "http://shop.example/",                         SCHEME),
    ("another protocol",                    "ftp://shop.example/",                          SCHEME),
    ("gopher, which speaks to anything",    "gopher://shop.example:6379/_",                 SCHEME),
    ("a file",                              "file:///etc/passwd",                           SCHEME),
    ("a script",                            "javascript:alert(1)",                          SCHEME),
    ("a mixed-case scheme",                 "hTTps://127.0.0.1/",                           SCHEME),
    ("one slash",                           "https:/127.0.0.1/",                            SCHEME),
    ("no slash",                            "https:127.0.0.1",                              SCHEME),
    ("no host",                             "https://",                                     NAME),
    ("a path for a host",                   "https:///127.0.0.1/",                          NAME),
    // what parsers read differently
    ("a backslash",                         "https://shop.example\\@127.0.0.1/",            FORM),
    ("backslashes for slashes",             "https:\\\\127.0.0.1\\",                        FORM),
    ("a line end",                          "https://shop.example\n.evil.example/",         FORM),
    ("a tab inside the host",               "https://127.0\t.0.1/",                         FORM),
    ("a space",                             "https://sh op.example/",                       FORM),
    ("a zero byte",                         "https://shop.example\0.evil.example/",         FORM),
    ("a user",                              "https://user@shop.example/",                   USER),
    ("a user and a password",               "https://user:secret@shop.example/",            USER),
    ("a host posing as a user",             "https://shop.example@127.0.0.1/",              USER),
    ("an encoded at sign",                  "https://shop.example%40127.0.0.1/",            NAME),
    ("two at signs",                        "https://a@b@127.0.0.1/",                       USER),
    ("percent-encoding",                    "https://%31%32%37.0.0.1/",                     NAME),
    ("an encoded dot",                      "https://127%2e0%2e0%2e1/",                     NAME),
    ("fullwidth digits",                    "https://１２７.0.0.1/",                         FORM),
    ("a fullwidth dot",                     "https://127。0。0。1/",                          FORM),
    ("circled letters",                     "https://ⓛocalhost/",                           FORM),
    ("a name with an umlaut",               "https://shöp.example/",                        FORM),
    ("an empty label",                      "https://shop..example/",                       NAME),
    ("a dot in front",                      "https://.example/",                            NAME),
    ("two dots at the end",                 "https://127.0.0.1../",                         NAME),
    // IPv4 in all its spellings
    ("loopback",                            "https://127.0.0.1/",                           NAME),
    ("loopback with a dot at the end",      "https://127.0.0.1./",                          NAME),
    ("loopback elsewhere in its net",       "https://127.8.9.10/",                          NAME),
    ("decimal",                             "https://2130706433/",                          NAME),
    ("hexadecimal",                         "https://0x7f000001/",                          NAME),
    ("hexadecimal, capital",                "https://0X7F000001/",                          NAME),
    ("hexadecimal parts",                   "https://0x7f.0x0.0x0.0x1/",                    NAME),
    ("octal",                               "https://0177.0.0.1/",                          NAME),
    ("octal, one number",                   "https://017700000001/",                        NAME),
    ("mixed bases",                         "https://0x7f.0.0.01/",                         NAME),
    ("two parts",                           "https://127.1/",                               NAME),
    ("three parts",                         "https://127.0.1/",                             NAME),
    ("an overflow that wraps",              "https://4429183233/",                          NAME),
    ("zero",                                "https://0/",                                   NAME),
    ("this network",                        "https://0.0.0.0/",                             NAME),
    ("private, 10",                         "https://10.0.0.1/",                            NAME),
    ("private, 172.16",                     "https://172.16.0.1/",                          NAME),
    ("private, 192.168",                    "https://192.168.1.1/",                         NAME),
    ("link-local",                          "https://169.254.1.1/",                         NAME),
    ("metadata of most clouds",             "https://169.254.169.254/latest/meta-data",     NAME),
    ("metadata in decimal",                 "https://2852039166/",                          NAME),
    ("metadata of Alibaba",                 "https://100.100.100.200/",                     NAME),
    ("carrier-grade NAT",                   "https://100.64.0.1/",                          NAME),
    ("benchmarks",                          "https://198.18.0.1/",                          NAME),
    ("documentation",                       "https://192.0.2.1/",                           NAME),
    ("documentation, second",               "https://198.51.100.1/",                        NAME),
    ("documentation, third",                "https://203.0.113.1/",                         NAME),
    ("multicast",                           "https://224.0.0.1/",                           NAME),
    ("broadcast",                           "https://255.255.255.255/",                     NAME),
    ("a public address, still no name",     "https://8.8.8.8/",                             NAME),
    // IPv6
    ("loopback, 6",                         "https://[::1]/",                               NAME),
    ("loopback, 6, long",                   "https://[0:0:0:0:0:0:0:1]:443/",               NAME),
    ("any address, 6",                      "https://[::]/",                                NAME),
    ("mapped",                              "https://[::ffff:127.0.0.1]/",                  NAME),
    ("mapped, in hexadecimal",              "https://[::ffff:7f00:1]/",                     NAME),
    ("compatible",                          "https://[::127.0.0.1]/",                       NAME),
    ("link-local, 6",                       "https://[fe80::1]/",                           NAME),
    ("with a zone",                         "https://[fe80::1%25eth0]/",                    NAME),
    ("unique local",                        "https://[fd00::1]/",                           NAME),
    ("metadata of Amazon, 6",               "https://[fd00:ec2::254]/",                     NAME),
    ("6to4",                                "https://[2002:7f00:1::]/",                     NAME),
    ("NAT64",                               "https://[64:ff9b::7f00:1]/",                   NAME),
    ("Teredo",                              "https://[2001:0:7f00:1::]/",                   NAME),
    ("without brackets",                    "https://::1/",                                 NAME),
    ("brackets around a name",              "https://[localhost]/",                         NAME),
    // names inside
    ("localhost",                           "https://localhost/",                           NAME),
    ("localhost, capital",                  "https://LOCALHOST/",                           NAME),
    ("localhost with a dot",                "https://localhost./",                          NAME),
    ("under localhost",                     "https://a.localhost/",                         INSIDE),
    ("under localhost, mixed case",         "https://a.LocalHost./",                        INSIDE),
    ("localhost.localdomain",               "https://localhost.localdomain/",               INSIDE),
    ("a single label",                      "https://shop/",                                NAME),
    ("a name by multicast DNS",             "https://printer.local/",                       INSIDE),
    ("a router",                            "https://router.lan/",                          INSIDE),
    ("home",                                "https://nas.home.arpa/",                       INSIDE),
    ("a cluster's service",                 "https://kubernetes.default.svc/",              INSIDE),
    ("a container's host",                  "https://host.docker.internal/",                INSIDE),
    ("metadata of Google",                  "https://metadata.google.internal/",            INSIDE),
    ("metadata of Google, short",           "https://metadata/",                            NAME),
    ("metadata of Google, public name",     "https://metadata.goog/",                       LEADS),
    ("a hidden service",                    "https://x.onion/",                             INSIDE),
    ("reverse DNS",                         "https://1.0.0.127.in-addr.arpa/",              INSIDE),
    // names that lead inside
    ("nip.io",                              "https://127.0.0.1.nip.io/",                    LEADS),
    ("nip.io in hexadecimal",               "https://7f000001.nip.io/",                     LEADS),
    ("nip.io, capital, with a dot",         "https://App.10.0.0.1.NIP.IO./",                LEADS),
    ("sslip.io",                            "https://10-0-0-1.sslip.io/",                   LEADS),
    ("sslip.io, 6",                         "https://--1.sslip.io/",                        LEADS),
    ("localtest.me",                        "https://anything.localtest.me/",               LEADS),
    ("lvh.me",                              "https://lvh.me/",                              LEADS),
    ("a name that alternates",              "https://7f000001.c0a80001.rbndr.us/",          LEADS),
    ("an address in four labels",           "https://192.168.0.1.shop.example/",            LEADS),
    ("an address in one label",             "https://x-169-254-169-254.shop.example/",      LEADS),
    // ports
    ("port zero",                           "https://shop.example:0/",                      PORT),
    ("a port too large",                    "https://shop.example:65536/",                  PORT),
    ("a port of letters",                   "https://shop.example:x/",                      PORT),
    ("an empty port",                       "https://shop.example:/",                       PORT),
    ("a port with a sign",                  "https://shop.example:+8443/",                  PORT),
    ("SSH",                                 "https://shop.example:22/",                     PORT),
    ("mail",                                "https://shop.example:25/",                     PORT),
    ("plain HTTP's port",                   "https://shop.example:80/",                     PORT),
    ("two ports",                           "https://shop.example:443:22/",                 NAME),
    // ourselves
    ("the deployment",                      "https://pay.example/webhooks",                 SELF),
    ("the deployment, capital",             "https://PAY.example/",                         SELF),
    ("the deployment with a dot",           "https://pay.example./",                        SELF),
    ("the deployment with a port",          "https://pay.example:8443/",                    SELF),
];

const TAKEN: &[&str] = &[
    "https://shop.example/webhooks",
    "https://shop.example",
    "https://SHOP.example./x",
    "https://shop.example:443/",
    "https://shop.example:8443/x?y=1",
    "https://a.b.c.example",
    "https://xn--bcher-kva.example/",
    "https://shop.example/path@sign",
    "https://shop.example?@127.0.0.1/",
    "https://shop.example/#@127.0.0.1",
    "https://ec2-3-120-7-9.eu-central-1.compute.example/",
    "https://1-2-3.shop.example/",
    "https://localhost.shop.example/",
    "https://nip.io.shop.example/",
    "https://notnip.io/",
    "https://api.pay.example/",
    "https://pay.example.shop.example/",
    "https://hooks_1.shop.example/",
];

#[test]
fn addresses_that_must_not_be_called_are_refused_for_their_reason() {
    assert!(REFUSED.len() >= 100, "{}", REFUSED.len());
    for (name, url, reason) in REFUSED {
        let refusal = check_webhook_url(url, false, OWN).expect_err(name);
        assert!(refusal.contains(reason), "{name}: {url} is refused because {refusal}");
    }
    let long = format!("https://{}.example/", vec!["a"; 127].join("."));
    assert!(check_webhook_url(&long, false, OWN).unwrap_err().contains(NAME), "a name too long for DNS");
}

#[test]
fn public_names_are_taken() {
    for url in TAKEN {
        assert_eq!(check_webhook_url(url, false, OWN), Ok(()), "{url}");
    }
}

#[test]
fn loopback_only_where_it_is_allowed() {
    for url in ["http://127.0.0.1:8080/webhooks", "http://localhost:1/", "https://[::1]:9/x"] {
        assert_eq!(check_webhook_url(url, true, None), Ok(()), "{url}");
        assert!(check_webhook_url(url, false, None).is_err(), "{url}");
    }
    let others = [
        "http://127.0.0.2/",
        "http://10.0.0.1/",
        "http://localhost.evil.example/",
        "http://user@127.0.0.1/",
        "https://2130706433/",
    ];
    for url in others {
        assert!(check_webhook_url(url, true, None).is_err(), "{url}");
    }
}
