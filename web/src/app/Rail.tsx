import { Link } from "@tanstack/react-router";

import classes from "./Frame.module.css";
import { SCREENS } from "./screens";

/** The screens of a project. */
export const Rail = ({ projectId }: { projectId: number }) => (
  <nav className={classes.rail} aria-label="Project">
    {SCREENS.map(({ to, words, icon: Icon }) => (
      <Link
        key={to}
        to={to}
        params={{ projectId }}
        className={classes.link}
        activeOptions={{ exact: to === "/projects/$projectId", includeSearch: false }}
      >
        <Icon size={16} strokeWidth={1.75} aria-hidden />
        <span>{words}</span>
      </Link>
    ))}
  </nav>
);
