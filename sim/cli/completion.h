/* Scripts that complete drydock's command line, one writer per shell; all that they know is from verbs.def and
 * arguments.def.
 */
#ifndef DRYDOCK_SIM_CLI_COMPLETION_H
#define DRYDOCK_SIM_CLI_COMPLETION_H

#include "core/arena.h"
#include "reports/sink.h"

/* https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html; bash 4.1 */
void completion_bash_write(struct sink *sink, struct arena *arena);
/* https://zsh.sourceforge.io/Doc/Release/Completion-System.html; zsh 5 */
void completion_zsh_write(struct sink *sink, struct arena *arena);
/* https://fishshell.com/docs/current/completions.html; fish 3 */
void completion_fish_write(struct sink *sink, struct arena *arena);

/* ---- for the writers ------------------------------------------------------------------------------------------ */

/* A text in single quotes, in which each of `specials` stands behind a backslash, and a quote as `quote`. */
void add_quoted(struct sink *sink, const char *text, const char *specials, const char *quote);
/* Lines of a script, up to NULL. */
void add_lines(struct sink *sink, const char *const *lines);
/* "-C" or "--context": how an option is typed, in the arena. */
const char *option_typed(struct arena *arena, const char *name);
/* A word of letters, digits and underscores of it: "fault_kinds" of "fault-kinds". */
const char *as_identifier(struct arena *arena, const char *name);

#endif
