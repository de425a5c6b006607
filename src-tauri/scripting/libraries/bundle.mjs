// Makes one file of each library that scripts can require, for build.rs to embed. `/` in a name becomes `__`.
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const LIBRARIES = [
  "ajv",
  "buffer",
  "chai",
  "cheerio",
  "crypto-js",
  "csv-parse/lib/sync",
  "events",
  "lodash",
  "moment",
  "postman-collection",
  "tv4",
  "uuid",
  "xml2js",
];

// What libraries ask of Node and the sandbox does not have, or has in another place.
const STAND_INS = {
  path: here("stand-ins/path.cjs"),
  stream: here("stand-ins/stream.cjs"),
  timers: here("stand-ins/timers.cjs"),
  util: here("stand-ins/util.cjs"),
  // Two megabytes of invented names. Dynamic variables are made by the application.
  "@faker-js/faker": here("stand-ins/faker.cjs"),
  "@faker-js/faker/locale/en": here("stand-ins/faker.cjs"),
  "@faker-js/faker/locale/en_US": here("stand-ins/faker.cjs"),
};

// `require("uuid")()` was the way once.
const ENTRIES = { uuid: here("stand-ins/uuid.cjs") };

const dist = here("dist");
await rm(dist, { recursive: true, force: true });
await mkdir(dist);
for (const library of LIBRARIES) {
  await build({
    entryPoints: [ENTRIES[library] ?? library],
    outfile: `${dist}/${library.replaceAll("/", "__")}.js`,
    bundle: true,
    format: "cjs",
    platform: "browser",
    mainFields: ["browser", "main", "module"],
    target: "es2022",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "inline",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    alias: STAND_INS,
    // Libraries share one another: the sandbox loads each once.
    external: library === "uuid" ? [] : LIBRARIES.filter((other) => other !== library),
    logLevel: "warning",
    absWorkingDir: here("."),
  });
}
