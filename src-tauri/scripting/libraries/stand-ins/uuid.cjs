const uuid = require("uuid");

module.exports = Object.assign((...options) => uuid.v4(...options), uuid);
