// Whatever is asked for is a function that says nothing.
const silent = () => "";
const anything = new Proxy(silent, { get: (target, name) => (name === "prototype" ? target.prototype : anything) });

module.exports = anything;
