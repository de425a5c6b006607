// Keys and certificates. With `--state` they outlive a run, so that starting again takes no key generation.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as jose from 'jose';

/** The folder of this run, made if need be; a temporary one goes when the run ends. */
export function openState(wanted) {
  if (!wanted) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gatepass-test-provider-'));
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
    return folder;
  }
  fs.mkdirSync(wanted, { recursive: true });
  return path.resolve(wanted);
}

/** The provider's signing and encryption keys. Two RSA keys, so that a client has to honour `kid`. */
export function serverKeys(state) {
  return kept(state, 'server-jwks.json', [
    ['RS256', 'rsa-1', 'sig'],
    ['RS256', 'rsa-2', 'sig'],
    ['ES256', 'es256-1', 'sig'],
    ['ES384', 'es384-1', 'sig'],
    ['ES512', 'es512-1', 'sig'],
    ['EdDSA', 'ed-1', 'sig'],
    ['RSA-OAEP-256', 'enc-rsa', 'enc'],
    ['ECDH-ES', 'enc-ec', 'enc'],
  ]);
}

/** The keys that clients sign and decrypt with; also written as `client-<kid>.pem` (PKCS#8) for the programs under test. */
export async function clientKeys(state) {
  const jwks = await kept(state, 'client-jwks.json', [
    ['RS256', 'c-rs', 'sig'],
    ['PS256', 'c-ps', 'sig'],
    ['ES256', 'c-es', 'sig'],
    ['EdDSA', 'c-ed', 'sig'],
    ['RSA-OAEP-256', 'c-enc-rsa', 'enc'],
    ['ECDH-ES', 'c-enc-ec', 'enc'],
  ]);
  for (const jwk of jwks.keys) {
    const pem = crypto.createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' });
    writeWhole(path.join(state, `client-${jwk.kid}.pem`), pem);
  }
  return jwks;
}

/** The public half of a key set. */
export function publicJwks({ keys }) {
  const secret = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);
  return { keys: keys.map((key) => Object.fromEntries(Object.entries(key).filter(([name]) => !secret.has(name)))) };
}

/**
 * A certificate authority of our own with a server, a client and a self-signed client certificate, through the
 * `openssl` command. Returns the folder that holds `ca.pem`, `server.{pem,key}`, `client.{pem,key,p12}` and
 * `selfsigned.{pem,key}`, and of `client-c-es.p12` with the key that signs for private_key_jwt. The password of every
 * .p12 is `changeit`.
 */
export function certificates(state) {
  const DAYS = '3650'; // a folder that is kept must not grow old
  const folder = path.join(state, 'tls-2'); // another number whenever another file is needed: old folders are kept
  if (fs.existsSync(folder)) return folder;
  const draft = fs.mkdtempSync(path.join(state, 'tls-draft-'));
  const openssl = (...args) => execFileSync('openssl', args, { cwd: draft, stdio: 'pipe' });
  const newKey = (name) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  const issue = (name, subject, extensions) => {
    fs.writeFileSync(path.join(draft, `${name}.ext`), extensions.join('\n'));
    openssl('req', ...newKey(name), '-out', `${name}.csr`, '-subj', subject);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', DAYS, '-out', `${name}.pem`, '-extfile', `${name}.ext`);
  };
  openssl('req', '-x509', ...newKey('ca'), '-out', 'ca.pem', '-days', DAYS, '-subj', '/CN=Gatepass test CA', '-addext', 'keyUsage=critical,keyCertSign', '-addext', 'basicConstraints=critical,CA:TRUE');
  issue('server', '/CN=localhost', ['subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1', 'extendedKeyUsage=serverAuth']);
  issue('client', '/CN=mtls-pki-client/O=Test', ['subjectAltName=DNS:client.test', 'extendedKeyUsage=clientAuth']);
  openssl('req', '-x509', ...newKey('selfsigned'), '-out', 'selfsigned.pem', '-days', DAYS, '-subj', '/CN=self-signed-client');
  openssl('pkcs12', '-export', '-inkey', 'client.key', '-in', 'client.pem', '-certfile', 'ca.pem', '-passout', 'pass:changeit', '-out', 'client.p12');
  const signing = path.join(state, 'client-c-es.pem');
  openssl('req', '-x509', '-key', signing, '-out', 'client-c-es.crt', '-days', DAYS, '-subj', '/CN=private-key-jwt');
  openssl('pkcs12', '-export', '-inkey', signing, '-in', 'client-c-es.crt', '-passout', 'pass:changeit', '-out', 'client-c-es.p12');
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error; // otherwise another run was quicker: its set is as good
    fs.rmSync(draft, { recursive: true });
  }
  return folder;
}

/** The self-signed client certificate as the JWK that is registered for it (RFC 8705 section 2.2). */
export function selfSignedJwk(folder) {
  const certificate = new crypto.X509Certificate(fs.readFileSync(path.join(folder, 'selfsigned.pem')));
  return { ...certificate.publicKey.export({ format: 'jwk' }), use: 'sig', kid: 'mtls', x5c: [certificate.raw.toString('base64')] };
}

async function kept(state, name, wanted) {
  const file = path.join(state, name);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
  const keys = await Promise.all(wanted.map(newJwk));
  writeWhole(file, JSON.stringify({ keys }, null, 1));
  return { keys };
}

async function newJwk([alg, kid, use]) {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true, ...(alg === 'EdDSA' && { crv: 'Ed25519' }) });
  return { ...(await jose.exportJWK(privateKey)), kid, use };
}

// Several providers may start on one folder at once: a reader must never see half a file.
function writeWhole(file, content) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, content, { mode: 0o600 });
  fs.renameSync(draft, file);
}
