// What each page imports, so that all of it is asked for at once: {file: [paths]}.  nginx/build-index.mjs fills it when the site is
// built; without it a page still opens, one level of imports after the other.
export const needs = {};
