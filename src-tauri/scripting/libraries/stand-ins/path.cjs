module.exports = {
  extname: (path) => /\.[^./]*$/.exec(path)?.[0] ?? "",
};
