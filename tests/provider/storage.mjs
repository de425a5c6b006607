// Where the provider keeps sessions, grants, codes and tokens: in memory, without a limit on their number (the
// library's own store forgets the oldest after a thousand), and with a grace window for refresh tokens on request.

/** Returns the adapter that the library asks for, one per kind of record; `grace()` is the window in seconds. */
export function createStorage(grace) {
  const records = new Map(); // "Kind:id" -> { payload, expires }
  const indexes = { uid: new Map(), userCode: new Map() };

  const live = (key) => {
    const record = records.get(key);
    if (record && record.expires <= Date.now()) {
      records.delete(key);
      return undefined;
    }
    return record;
  };

  return (kind) => ({
    async upsert(id, payload, expiresIn) {
      records.set(`${kind}:${id}`, { payload, expires: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
      for (const field of Object.keys(indexes)) {
        if (payload[field]) indexes[field].set(`${kind}:${payload[field]}`, id);
      }
    },

    async find(id) {
      const record = live(`${kind}:${id}`);
      if (!record) return undefined;
      const forgiven = kind === 'RefreshToken' && record.consumedAt > Date.now() - grace() * 1000;
      return forgiven ? { ...record.payload, consumed: undefined } : { ...record.payload };
    },

    async findByUid(uid) {
      return this.find(indexes.uid.get(`${kind}:${uid}`));
    },

    async findByUserCode(userCode) {
      return this.find(indexes.userCode.get(`${kind}:${userCode}`));
    },

    async consume(id) {
      const record = live(`${kind}:${id}`);
      if (!record) return;
      record.consumedAt ??= Date.now(); // the window is counted from the first use, however often it is used in it
      record.payload.consumed ??= Math.floor(record.consumedAt / 1000);
    },

    async destroy(id) {
      records.delete(`${kind}:${id}`);
    },

    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of records) {
        if (key.startsWith(`${kind}:`) && payload.grantId === grantId) records.delete(key);
      }
    },
  });
}
