// The rules for the browser's modules and their tests; run by `npm run lint` here.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { ignores: ["**/node_modules/"] },
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["uploader/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/js/*.mjs"], languageOptions: { globals: globals.node } },
];
