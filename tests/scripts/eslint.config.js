import js from "@eslint/js";
import globals from "globals";

export default [
  { files: ["dnnkit/demos/script/*.js"], ...js.configs.recommended },
  {
    files: ["dnnkit/demos/script/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    rules: {
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 40],
      "max-len": ["error", { code: 120 }],
      "no-unused-vars": "error",
      "prefer-const": "error",
      eqeqeq: "error",
    },
  },
];
