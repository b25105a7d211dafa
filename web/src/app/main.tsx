import "@mantine/core/styles.css";
import "@mantine/spotlight/styles.css";
import "virtual:theme.css";
import "@/ui/tokens.css";

import { createRoot } from "react-dom/client";

import { startSession } from "@/store/session";

import { App } from "./App";
import { ErrorScreen } from "./ErrorScreen";
import { Look } from "./Look";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html: found no element #root.");
const page = createRoot(place);

try {
  page.render(<App session={await startSession()} />);
} catch (error) {
  // Without the journal nothing may be changed, as it could be lost: for example where the browser keeps nothing.
  page.render(
    <Look>
      <ErrorScreen error={error} onRetry={() => location.reload()} />
    </Look>,
  );
}
