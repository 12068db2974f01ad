/* What lies between the words of a script: blanks, newlines and the here-documents after them, reserved words,
 * redirections (POSIX XCU 2.3, 2.4, 2.7). */
#include "fakes/docker/shell_tree.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { ERROR_LENGTH_MAX = 200 };

char parse_peek(const struct parser *parser, uint32_t ahead)
{
    return parser->at + ahead < parser->length ? parser->text[parser->at + ahead] : '\0';
}

void parse_skip_blanks(struct parser *parser)
{
    for (;;) {
        char c = parse_peek(parser, 0);

        if (c == ' ' || c == '\t' || c == '\r') {
            parser->at++;
        } else if (c == '\\' && parse_peek(parser, 1) == '\n') {
            parser->at += 2;
        } else if (c == '#') {
            while (parser->at < parser->length && parser->text[parser->at] != '\n') {
                parser->at++;
            }
        } else {
            return;
        }
    }
}

/* Its command substitutions are the node's last ones, though the node has been parsed. */
static struct word *parse_expanding_body(struct parser *parser, struct node *node, const char *text, uint32_t length)
{
    struct part **commands = parser->commands;
    uint32_t count = parser->command_count;
    struct word *word;

    parser->command_count = 0;
    parser->commands = &node->commands;
    while (*parser->commands != NULL) {
        parser->commands = &(*parser->commands)->next_command;
        parser->command_count++;
    }
    word = parse_quoted_text(parser, text, length);
    parser->commands = commands;
    parser->command_count = count;
    return word;
}

/* The body of a here-document, from the line after. */
static void read_here_document(struct parser *parser, const struct here_document *here)
{
    struct text body = {0};
    bool is_ended = false;

    while (parser->at < parser->length && !is_ended) {
        const char *line = parser->text + parser->at;
        const char *newline = memchr(line, '\n', parser->length - parser->at);
        size_t length = newline == NULL ? parser->length - parser->at : (size_t)(newline - line);

        parser->at += (uint32_t)length + (newline != NULL);
        while (here->strip_tabs && length > 0 && line[0] == '\t') {
            line++;
            length--;
        }
        is_ended = length == strlen(here->end) && memcmp(line, here->end, length) == 0;
        if (!is_ended) {
            text_add(parser->pool, &body, line, length);
            text_add_char(parser->pool, &body, '\n');
        }
    }
    const char *copy = script_string(parser, text_string(&body), body.length);
    struct word *word = script_take(parser, sizeof *word);

    if (here->plain) {
        word->parts = script_take(parser, sizeof *word->parts);
        word->parts->quoted = true;
        word->parts->text = copy;
    } else {
        word = parse_expanding_body(parser, here->node, copy, body.length);
    }
    here->redirect->word = word;
    text_free(parser->pool, &body);
}

void parse_skip_newline(struct parser *parser)
{
    parser->at++;
    for (uint32_t i = 0; i < parser->here_count; i++) {
        read_here_document(parser, &parser->here[i]);
    }
    parser->here_count = 0;
}

void parse_skip_newlines(struct parser *parser)
{
    parse_skip_blanks(parser);
    while (parse_peek(parser, 0) == '\n') {
        parse_skip_newline(parser);
        parse_skip_blanks(parser);
    }
}

/* Whether the next word is exactly this one. */
bool parse_next_is(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    char after = parse_peek(parser, (uint32_t)length);

    return parser->length - parser->at >= length && memcmp(parser->text + parser->at, word, length) == 0 &&
           (after == '\0' || strchr(" \t\n;&|<>()", after) != NULL);
}

bool parse_accept(struct parser *parser, const char *word)
{
    parse_skip_newlines(parser);
    if (!parse_next_is(parser, word)) {
        return false;
    }
    parser->at += (uint32_t)strlen(word);
    return true;
}

/* Says what stands where something else must. */
void parse_fail_unexpected(struct parser *parser, const char *wanted)
{
    char found[ERROR_LENGTH_MAX];
    uint32_t length = 0;

    if (parser->at >= parser->length) {
        char message[ERROR_LENGTH_MAX];

        if (wanted == NULL) {
            snprintf(message, sizeof message, "unexpected end of file");
        } else {
            snprintf(message, sizeof message, "unexpected end of file (expecting \"%s\")", wanted);
        }
        parse_end_early(parser, message);
        return;
    }
    if (parse_peek(parser, 0) == '\n') {
        parse_fail(parser, "syntax error: unexpected newline");
        return;
    }
    found[length++] = parse_peek(parser, 0);
    if (strchr(";&|<>()", found[0]) == NULL) {
        while (length + 1 < sizeof found && parse_peek(parser, length) != '\0' &&
               strchr(" \t\n;&|<>()", parse_peek(parser, length)) == NULL) {
            found[length] = parse_peek(parser, length);
            length++;
        }
    } else if (strchr(";&|", found[0]) != NULL && parse_peek(parser, 1) == found[0]) {
        found[length++] = found[0];
    }
    found[length] = '\0';
    if (wanted == NULL) {
        parse_fail(parser, "syntax error: unexpected \"%s\"", found);
    } else {
        parse_fail(parser, "syntax error: unexpected \"%s\" (expecting \"%s\")", found, wanted);
    }
}

void parse_expect(struct parser *parser, const char *word)
{
    if (parser->script->error == NULL && !parse_accept(parser, word)) {
        parse_fail_unexpected(parser, word);
    }
}

/* ---- redirections -------------------------------------------------------------------------------------------- */

static const struct redirect_form {
    const char *text;
    enum redirect_kind kind;
    int fd;
} redirect_forms[] = {
    {"<<-", REDIRECT_HERE, 0},      {"<<", REDIRECT_HERE, 0},  {"<&", REDIRECT_DUP, 0},
    {"<>", REDIRECT_READ_WRITE, 0}, {"<", REDIRECT_READ, 0},   {">>", REDIRECT_APPEND, 1},
    {">&", REDIRECT_DUP, 1},        {">|", REDIRECT_WRITE, 1}, {">", REDIRECT_WRITE, 1},
};

static void note_here_document(struct parser *parser, struct redirect *redirect, const struct word *word,
                               bool strip_tabs)
{
    struct text end = {0};
    struct here_document *here;

    if (parser->here_count == HERE_DOCUMENTS_MAX) {
        parse_fail(parser, "syntax error: too many here-documents");
        return;
    }
    here = &parser->here[parser->here_count++];
    *here = (struct here_document){.redirect = redirect, .node = parser->node, .strip_tabs = strip_tabs};
    for (const struct part *part = word->parts; part != NULL; part = part->next) {
        here->plain |= part->quoted;
        text_add_string(parser->pool, &end, part->text == NULL ? "" : part->text);
    }
    here->end = script_string(parser, text_string(&end), end.length);
    text_free(parser->pool, &end);
}

/* A redirection at this place, with the digit before it, or NULL. */
struct redirect *parse_redirect(struct parser *parser)
{
    uint32_t digits = isdigit((unsigned char)parse_peek(parser, 0)) ? 1 : 0;
    const struct redirect_form *form = NULL;

    for (uint32_t i = 0; i < sizeof redirect_forms / sizeof redirect_forms[0] && form == NULL; i++) {
        size_t length = strlen(redirect_forms[i].text);

        if (parser->length - parser->at >= digits + length &&
            memcmp(parser->text + parser->at + digits, redirect_forms[i].text, length) == 0) {
            form = &redirect_forms[i];
        }
    }
    if (form == NULL) {
        return NULL;
    }
    struct redirect *redirect = script_take(parser, sizeof *redirect);

    redirect->kind = form->kind;
    redirect->fd = digits == 1 ? parse_peek(parser, 0) - '0' : form->fd;
    parser->at += digits + (uint32_t)strlen(form->text);
    parse_skip_blanks(parser);
    redirect->word = parse_word(parser);
    if (redirect->word == NULL) {
        parse_fail_unexpected(parser, NULL);
    } else if (form->kind == REDIRECT_HERE) {
        note_here_document(parser, redirect, redirect->word, form->text[2] == '-');
    }
    return redirect;
}

void parse_redirects(struct parser *parser, struct node *node)
{
    struct redirect **link = &node->redirects;
    struct redirect *redirect;

    parse_skip_blanks(parser);
    while (parser->script->error == NULL && (redirect = parse_redirect(parser)) != NULL) {
        *link = redirect;
        link = &redirect->next;
        parse_skip_blanks(parser);
    }
}
