// Enough of a stream for parsers that are handed everything at once.
const { EventEmitter } = require("events");

class Stream extends EventEmitter {
  push() {}
  pipe() {
    throw new Error("there are no streams in scripts");
  }
}

module.exports = Object.assign(Stream, { Stream, Transform: Stream, Readable: Stream, Writable: Stream, Duplex: Stream });
