// What pages with panels have besides.
import "./range.js";
import "./poll.js";
import "./keep.js";
import "./errors.js";
import "./charts.js";
import "./legend.js";
