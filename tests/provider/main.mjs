#!/usr/bin/env node
// Starts the OpenID provider and resource server that the tests sign in to.
//   node main.mjs [--port 0] [--ttl-access 10] …        (--help lists the options)
// Listens on loopback only. Prints one line, `READY {"issuer": …, "api": …, …}`, once it answers, and ends on SIGTERM.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { Provider } from 'oidc-provider';
import { api } from './api.mjs';
import { registeredClients } from './clients.mjs';
import { configuration } from './configuration.mjs';
import { registerGrants } from './grants.mjs';
import { hooks } from './hooks.mjs';
import { sendPage } from './http.mjs';
import { answerDevice, interactions } from './interactions.mjs';
import { certificates, clientKeys, openState, publicJwks, selfSignedJwk, serverKeys } from './keys.mjs';
import { parseOptions } from './options.mjs';
import { escaped, page } from './pages.mjs';
import { createTraffic } from './traffic.mjs';

const options = parseOptions(process.argv.slice(2));
const state = openState(options.state);
const signers = await clientKeys(state);
const tlsFolder = options.tls || options.mtls ? certificates(state) : null;

// The ports come first: the issuer, which everything else is built on, names one of them.
let handle;
const dispatch = (request, response) => handle(request, response);
const plainPort = options.tls ? null : await listen(http.createServer(dispatch), options.port);
const tlsPort = tlsFolder && await listen(https.createServer(tlsSettings(tlsFolder), dispatch), options['tls-port']);
const tlsBase = tlsPort && `https://localhost:${tlsPort}`;
const issuer = options.tls ? tlsBase : `http://${options.host}:${plainPort}`;

const jwks = await serverKeys(state);
const clients = registeredClients({
  jwks: publicJwks(signers),
  selfSigned: tlsFolder && selfSignedJwk(tlsFolder),
});
const provider = new Provider(issuer, configuration({ options, clients, jwks, tlsBase }));
provider.on('server_error', (_ctx, error) => console.error('server_error', error));
registerGrants(provider);
provider.use(tellInterval);
provider.use(approveDevices);

const traffic = createTraffic(options);
const revoked = new Set();
const routes = {
  _test: hooks({ provider, issuer, options, clients, traffic, revoked }),
  api: api({ provider, issuer, options, jwks, clients, revoked }),
  interaction: interactions(provider, options),
};
const library = provider.callback();

handle = async (request, response) => {
  const url = new URL(request.url, issuer);
  const first = url.pathname.split('/')[1];
  try {
    if (first !== '_test') {
      traffic.record(request, response);
      if (await traffic.fault(request, response, url)) return;
    }
    await (routes[first] ?? library)(request, response, url);
  } catch (error) {
    console.error(error);
    if (!response.headersSent) sendPage(response, 500, page('Error', `<p class="error">${escaped(error.message)}</p>`));
  }
};

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
if (options['end-with-stdin']) process.stdin.resume().on('close', () => process.exit(0));
const ca = tlsFolder && path.join(tlsFolder, 'ca.pem');
console.log(`READY ${JSON.stringify({ issuer, api: `${issuer}/api`, tls: tlsBase, ca, state, pid: process.pid })}`);

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, options.host, () => resolve(server.address().port));
  });
}

function tlsSettings(folder) {
  const file = (name) => fs.readFileSync(path.join(folder, name));
  return { key: file('server.key'), cert: file('server.pem'), ca: [file('ca.pem')], requestCert: true, rejectUnauthorized: false };
}

/** Tells those who wait for somebody how often to poll. */
async function tellInterval(ctx, next) {
  await next();
  const waits = ctx.body?.user_code || ctx.body?.auth_req_id;
  if (waits && ctx.status === 200 && options['device-interval']) ctx.body.interval = options['device-interval'];
}

/** Plays the person for clients whose devices approve themselves. */
async function approveDevices(ctx, next) {
  await next();
  if (ctx.path !== '/device/auth' || !ctx.body?.user_code) return;
  const { client } = ctx.oidc;
  const user = client.auto_user || options.auto || (client.device_auto && 'alice');
  if (!user) return;
  const { user_code: userCode } = ctx.body;
  setTimeout(() => answerDevice(provider, userCode, user).catch((error) => console.error(error)), (client.device_auto || 1) * 1000).unref();
}
