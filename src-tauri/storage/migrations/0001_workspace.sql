-- Everything that Gatepass keeps. Columns named `secrets` and `sealed` hold ciphertext: the keys are not known here.
-- Times are milliseconds since 1970-01-01T00:00:00Z. Identities are opaque text, made by the caller.

-- "Gate": tells this file from any other SQLite database.
PRAGMA application_id = 0x47617465;

CREATE TABLE workspaces (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Collections, folders and requests. The wide columns stand last, so that reading the tree does not read them.
CREATE TABLE nodes (
    id            TEXT    NOT NULL PRIMARY KEY,
    workspace_id  TEXT    NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    parent_id     TEXT    REFERENCES nodes (id) ON DELETE CASCADE,
    collection_id TEXT    NOT NULL,
    -- Order among siblings, with gaps: an insertion takes the middle of one.
    position      INTEGER NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('collection', 'folder', 'request')),
    name          TEXT    NOT NULL,
    method        TEXT,
    auth_kind     TEXT,
    -- In the trash: since when, and with which node it was thrown away.
    trashed_at    INTEGER,
    trash_root    TEXT,
    updated_at    INTEGER NOT NULL,
    definition    TEXT    NOT NULL,
    secrets       BLOB,
    CHECK ((kind = 'collection') = (parent_id IS NULL)),
    CHECK ((trashed_at IS NULL) = (trash_root IS NULL))
) STRICT;

CREATE INDEX nodes_by_parent ON nodes (workspace_id, parent_id, position);
CREATE INDEX nodes_by_parent_alone ON nodes (parent_id);
CREATE INDEX nodes_in_trash ON nodes (trash_root) WHERE trash_root IS NOT NULL;

-- Environments, and the globals of each workspace: sets of variables.
CREATE TABLE environments (
    id           TEXT    NOT NULL PRIMARY KEY,
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL CHECK (kind IN ('environment', 'globals')),
    name         TEXT    NOT NULL,
    colour       TEXT,
    position     INTEGER NOT NULL,
    trashed_at   INTEGER,
    updated_at   INTEGER NOT NULL,
    -- JSON without the values of secret variables.
    variables    TEXT    NOT NULL,
    secrets      BLOB
) STRICT;

CREATE INDEX environments_by_workspace ON environments (workspace_id, position);
CREATE UNIQUE INDEX globals_once ON environments (workspace_id) WHERE kind = 'globals';

-- Token sets. The key is a fingerprint that the environment is part of.
CREATE TABLE token_sets (
    key                TEXT    NOT NULL PRIMARY KEY,
    environment        TEXT    NOT NULL,
    obtained_at        INTEGER NOT NULL,
    -- Set before a refresh request leaves; left behind by a process that died in between.
    refresh_started_at INTEGER,
    sealed             BLOB    NOT NULL
) STRICT;

CREATE INDEX token_sets_by_age ON token_sets (obtained_at);
CREATE INDEX token_sets_by_environment ON token_sets (environment);

-- What was sent and how it ended: narrow, for lists and search.
CREATE TABLE history (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- The request it came from, which may be gone by now.
    request_id   TEXT,
    sent_at      INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    method       TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    status       INTEGER,
    failure      TEXT,
    duration_us  INTEGER NOT NULL,
    size         INTEGER NOT NULL
) STRICT;

CREATE INDEX history_by_workspace ON history (workspace_id, id);
CREATE INDEX history_by_request ON history (request_id, id) WHERE request_id IS NOT NULL;

-- The exchange itself, wide, read one at a time.
CREATE TABLE history_exchanges (
    history_id INTEGER NOT NULL PRIMARY KEY REFERENCES history (id) ON DELETE CASCADE,
    exchange   BLOB    NOT NULL
) STRICT;

-- What the person chose: one JSON value a key.
CREATE TABLE settings (
    key        TEXT    NOT NULL PRIMARY KEY,
    value      TEXT    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
