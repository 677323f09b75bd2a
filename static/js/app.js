// What every page has.
import "./theme.js";
import "./menus.js";
import "./dialogs.js";
import "./time.js";
import "./keyboard.js";
import "./copy.js";
