import { Notifications } from "@mantine/notifications";
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
        <Notifications position="bottom-left" limit={3} autoClose={4000} />
      </QueryClientProvider>
    </SessionContext>
  </Look>
);
