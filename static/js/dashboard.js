// What pages with panels have besides.
import "./groups.js";
import "./tail.js";
import "./variables.js";
import "./range.js";
import "./address.js";
import "./poll.js";
import "./keep.js";
import "./errors.js";
import "./charts.js";
import "./annotations.js";
import "./legend.js";
import "./print.js";
