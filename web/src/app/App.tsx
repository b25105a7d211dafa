import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { SessionContext } from "@/store/hooks";
import type { Session } from "@/store/session";

import { Look } from "./Look";
import { router } from "./router";

export const App = ({ session }: { session: Session }) => (
  <Look>
    <SessionContext value={session}>
      <QueryClientProvider client={session.queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </SessionContext>
  </Look>
);
