// The people who can sign in. Their claims are chosen to be awkward: markup, emoji, line breaks, nested objects.

export const USERS = {
  alice: {
    password: 'alice',
    claims: {
      name: 'Alice Müller',
      given_name: 'Alice',
      family_name: 'Müller',
      nickname: 'Al',
      preferred_username: 'alice',
      email: 'alice@example.test',
      email_verified: true,
      phone_number: '+49 30 1234',
      phone_number_verified: false,
      address: { formatted: 'Straße 1\nBerlin', country: 'DE' },
      locale: 'de-DE',
      zoneinfo: 'Europe/Berlin',
      birthdate: '1990-01-01',
      website: 'https://alice.example.test',
      picture: 'https://example.test/a.png',
      updated_at: 1700000000,
      groups: ['admin', 'dev'],
      'https://claims.example.test/tenant': 't-1',
    },
  },
  bob: {
    password: 'bob',
    claims: {
      name: "Bob <b>O'Neil</b>",
      given_name: 'Bob',
      preferred_username: 'bob',
      email: 'bob@example.test',
      email_verified: false,
      groups: [],
    },
  },
  'zoë 💥': { password: 'pässword', claims: { name: '佐藤 💥', email: 'zoe@example.test' } },
};

/** True when this user exists and the password is theirs. */
export function knows(username, password) {
  return Object.hasOwn(USERS, username ?? '') && USERS[username].password === password;
}
