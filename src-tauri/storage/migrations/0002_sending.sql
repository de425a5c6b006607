-- How a workspace sends (see the core's WorkspaceSettings), and the cookies that came back.

CREATE TABLE workspace_settings (
    workspace_id TEXT    NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    updated_at   INTEGER NOT NULL,
    -- JSON without secrets.
    settings     TEXT    NOT NULL,
    secrets      BLOB
) STRICT;

-- Cookies are credentials: their values are ciphertext, bound to workspace, domain, path and name.
CREATE TABLE cookies (
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    domain       TEXT    NOT NULL,
    path         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    host_only    INTEGER NOT NULL,
    secure       INTEGER NOT NULL,
    http_only    INTEGER NOT NULL,
    -- Null: until the end of the session.
    expires_at   INTEGER,
    updated_at   INTEGER NOT NULL,
    sealed       BLOB    NOT NULL,
    PRIMARY KEY (workspace_id, domain, path, name)
) STRICT, WITHOUT ROWID;
