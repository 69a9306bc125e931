// A key and a certificate for one run, by Node alone. The certificate says as little as a certificate can: the browser of the
// run is told which key to believe and looks at nothing else of it.
import { createHash, generateKeyPairSync, sign } from "node:crypto";

// DER's tags, and the two names (object identifiers) that are needed: ecdsa-with-SHA256 and commonName.
const [INTEGER, BITS, OID, UTF8, TIME, SEQUENCE, SET, VERSION] = [0x02, 0x03, 0x06, 0x0c, 0x18, 0x30, 0x31, 0xa0];
const ECDSA_SHA256 = Buffer.from("2a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("550403", "hex");
const DAY_MS = 86_400_000;

function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const size = body.length < 0x80 ? [body.length] : body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const time = (ms) => der(TIME, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "")}`));

/** `key` and `cert` as PEM; `pin` is what Chromium is told to believe. */
export function certificate() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const algorithm = der(SEQUENCE, der(OID, ECDSA_SHA256));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8, Buffer.from("127.0.0.1")))));
  const validity = der(SEQUENCE, time(Date.now() - DAY_MS), time(Date.now() + DAY_MS));
  const body = der(SEQUENCE, der(VERSION, der(INTEGER, Buffer.from([2]))), der(INTEGER, Buffer.from([1])), algorithm, name, validity, name, spki);
  const signed = der(SEQUENCE, body, algorithm, der(BITS, Buffer.from([0]), sign("sha256", body, privateKey)));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${signed.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
    pin: createHash("sha256").update(spki).digest("base64"),
  };
}
