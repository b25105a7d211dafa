import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

const SCREENS = [
  "projects",
  "overview",
  "map",
  "gallery",
  "annotate",
  "models",
  "history",
  "classes",
  "export",
  "settings",
  "jobs",
];

/** What each room may import: shapes <- store <- screens <- app; api only from store; ui from screens and app. */
const MAY_IMPORT = {
  shapes: [],
  api: [],
  store: ["shapes", "api"],
  ui: ["shapes"],
  // How images come in; a new project and a project that grows ask the same.
  intake: ["shapes", "store", "ui"],
  // What is drawn on an image; screens put it among their lists and keys.
  editor: ["shapes", "store", "ui"],
  ...Object.fromEntries(SCREENS.map((screen) => [screen, ["shapes", "store", "ui", "intake", "editor"]])),
  app: ["shapes", "store", "ui", "intake", ...SCREENS],
};

const zone = ([room, allowed]) => ({
  files: [`src/${room}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^@/(?!(${[...allowed, room].join("|")})/)`,
            message: `${room} may import only from: ${allowed.join(", ") || "nothing of ours"}.`,
          },
          {
            group: ["@mantine/core"],
            importNames: ["SimpleGrid", "Grid", "AppShell", "Marquee"],
            message: "It writes a style element, which the page's policy forbids. Use a CSS module.",
          },
          { regex: "^\\.\\./", message: "Another room is reached through @/room/file." },
        ],
      },
    ],
  },
});

export default typescript.config(
  { ignores: ["node_modules", "src/api/schema.d.ts", "public"] },
  js.configs.recommended,
  {
    files: ["checks/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  {
    files: ["src/**/*.{ts,tsx}", "checks/editor/*.{ts,tsx}", "vite.config.ts"],
    extends: [...typescript.configs.strictTypeChecked, ...typescript.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "react-hooks": hooks, "jsx-a11y": a11y },
    rules: {
      ...hooks.configs["recommended-latest"].rules,
      ...a11y.flatConfigs.recommended.rules,
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true, varsIgnorePattern: "^_" }],
      "no-console": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  ...Object.entries(MAY_IMPORT).map(zone),
);
