#!/usr/bin/env bash
# Each tool of lint must find what is planted for it: one that does not run must not pass for one that finds nothing.
set -u
here=$(dirname "$0")
mkdir -p build/lint
file=build/lint/planted.c
cat >"$file" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int planted(const char *text);

int planted(const char *text)
{
    char room[8];
    int numbers[4] = {0};
    char *lost = malloc(8); /* gcc -fanalyzer */

    if (lost == NULL) {
        return 0;
    }
    strcpy(room, text); /* banned: strcat() here is a comment, */
    puts("and system(1) a text");
    memset(numbers, 0, sizeof &numbers); /* clang-tidy: bugprone */
      lost[0] = room[0]; /* clang-format */
    return numbers[4]; /* cppcheck */
}
C
said=$("$here/lint.sh" "$file" 2>&1) && { echo "lint_test.sh: lint is content with $file" >&2; exit 1; }
bad=0
has() {
  grep -q -e "$1" <<<"$said" || { echo "lint_test.sh: lint does not say \"$1\" of $file: $said" >&2; bad=1; }
}
has 'lint: clang-format'
has "planted.c:$(grep -n 'strcpy(room' "$file" | cut -d: -f1): strcpy(): use "
has 'arrayIndexOutOfBounds\|out of bounds'
has '\[bugprone-\|\[clang-analyzer-'
has 'Werror=analyzer-malloc-leak'
grep -q 'strcat(): use\|system(): use' <<<"$said" && { echo "lint_test.sh: comments and texts are taken for code: $said" >&2; bad=1; }
[ $bad = 0 ] && echo "lint: each tool finds what is planted for it"
exit $bad
