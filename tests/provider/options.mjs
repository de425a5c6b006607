// What a run of the provider can be told on its command line, and changed afterwards through `/_test/options`.

const TABLE = {
  port: [9700, 'port for http; 0 takes any free one'],
  host: ['127.0.0.1', 'address to bind: a loopback address'],
  tls: [false, 'speak https: the issuer becomes https://localhost:<tls-port>'],
  mtls: [false, 'keep an http issuer, and open a TLS port beside it for clients with certificates'],
  'tls-port': [0, 'port for https; 0 takes any free one'],
  auto: ['', "answer every sign-in without a page: a user's name, or 'deny'"],
  'ttl-access': [3600, 'seconds that an access token lives'],
  'ttl-refresh': [86400, 'seconds that a refresh token lives'],
  'ttl-id': [3600, 'seconds that an ID token lives'],
  'ttl-code': [60, 'seconds that an authorization code lives'],
  'ttl-device': [600, 'seconds that a device code lives'],
  'ttl-session': [86400, "seconds that the browser's session and its consents live"],
  rotate: ['always', "whether a refresh brings a new refresh token: always, never, or 'default' (public clients only)"],
  'rotation-grace': [0, 'seconds in which a refresh token that was already used is still honoured'],
  'refresh-without-offline': [true, 'give refresh tokens without offline_access too'],
  'dpop-nonce': [false, 'demand a DPoP nonce of every client, at the API too'],
  'require-par': [false, 'accept only pushed authorization requests'],
  'device-interval': [1, 'seconds between polls, as told to devices and CIBA clients; 0 leaves it out, which means 5'],
  open: [false, 'let anybody register a client, without an initial access token'],
  state: ['', 'folder that keeps keys and certificates between runs; empty: a new temporary one'],
  'end-with-stdin': [false, 'end as soon as standard input is closed, so that a killed parent leaves nothing behind'],
  log: ['', "file that gets every request as a line of JSON; '-' is stderr"],
};

/** Reads `--name value`, `--name=value` and bare `--flag`; an unknown name ends the program with the list of known ones. */
export function parseOptions(argv) {
  const options = Object.fromEntries(Object.entries(TABLE).map(([name, [value]]) => [name, value]));
  for (let i = 0; i < argv.length; i += 1) {
    if (argv[i] === '--help') usage(0);
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]) ?? [];
    if (!(name in TABLE)) usage(2, `unknown option ${argv[i]}`);
    const bare = typeof TABLE[name][0] === 'boolean' && inline === undefined;
    options[name] = bare ? true : typed(name, inline ?? argv[(i += 1)]);
  }
  return options;
}

/** Changes options of a running provider; what only counts at the start (ports, folders) is refused. */
export function changeOptions(options, changes) {
  const fixed = new Set(['port', 'host', 'tls', 'mtls', 'tls-port', 'state', 'open', 'require-par', 'end-with-stdin']);
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in TABLE) || fixed.has(name)) throw new RangeError(`option ${name} cannot be changed while running`);
    options[name] = typed(name, value);
  }
}

function typed(name, value) {
  switch (typeof TABLE[name][0]) {
    case 'number': {
      const number = Number(value);
      if (!Number.isFinite(number)) usage(2, `--${name} needs a number, not ${value}`);
      return number;
    }
    case 'boolean':
      return value === true || value === 'true';
    default:
      return String(value ?? '');
  }
}

function usage(code, complaint) {
  if (complaint) console.error(complaint);
  for (const [name, [value, meaning]] of Object.entries(TABLE)) {
    console.error(`  --${name.padEnd(24)} ${meaning} [${value}]`);
  }
  process.exit(code);
}
