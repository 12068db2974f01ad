/* Text that stays text in the forms of reports (XML: xml.h). */
#ifndef DRYDOCK_REPORTS_ESCAPE_H
#define DRYDOCK_REPORTS_ESCAPE_H

#include "reports/sink.h"

/* The description of a TAP test point, which may not hold `#` unescaped
 * (https://testanything.org/tap-version-14-specification.html, Escaping). */
void tap_text(struct sink *sink, const char *text);
/* A YAML string in double quotes (https://yaml.org/spec/1.2.2/, 7.3.1), as in TAP's diagnostics. */
void yaml_quoted(struct sink *sink, const char *text);
/* Plain text in GitHub Flavored Markdown, in a cell of a table too
 * (https://github.github.com/gfm/#backslash-escapes). */
void markdown_text(struct sink *sink, const char *text);
/* A value of a workflow command of GitHub Actions; of a property `:` and `,` are escaped, too
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). */
void github_text(struct sink *sink, const char *text, bool property);

#endif
