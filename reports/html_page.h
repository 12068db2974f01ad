/* The page of the HTML report, bundled from reports/html/ at build time into build/html/html_page.c. The runs' data
 * goes between its two parts. */
#ifndef DRYDOCK_REPORTS_HTML_PAGE_H
#define DRYDOCK_REPORTS_HTML_PAGE_H

extern const char html_page_before_data[]; /* NUL-terminated */
extern const char html_page_after_data[];

#endif
