// Libraries look for `inspect`, and do without.
module.exports = {
  inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype),
};
