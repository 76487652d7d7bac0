// Stands in a bundle for a module that is asked for and never used.
module.exports = {};
