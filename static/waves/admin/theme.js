/** The switch of the theme in the admin: it is that of the pages. */

import { byId } from "../js/controls/elements.js";
import { bindTheme } from "../js/controls/theme-switch.js";

bindTheme(byId("theme"));
