/* Commands: POSIX XCU 2.9, 2.10. */
#include "fakes/docker/shell_tree.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SCRIPT_BLOCK_SIZE = 1024, SCRIPT_ALIGNMENT = 16, ERROR_LENGTH_MAX = 200, STDOUT = 1 };

/* ---- its memory ------------------------------------------------------------------------------------------------- */

static size_t block_memory(uint32_t size)
{
    return sizeof(struct script_block) + size;
}

void *script_take(struct parser *parser, size_t size)
{
    struct script_block *block = parser->script->blocks;

    size = (size + SCRIPT_ALIGNMENT - 1) & ~(size_t)(SCRIPT_ALIGNMENT - 1);
    if (block == NULL || block->size - block->used < size) {
        uint32_t block_size = SCRIPT_BLOCK_SIZE - (uint32_t)sizeof *block;

        block_size = size > block_size ? (uint32_t)size : block_size;
        block = pool_take(parser->pool, block_memory(block_size));
        block->size = block_size;
        block->next = parser->script->blocks;
        parser->script->blocks = block;
    }
    void *memory = (char *)(block + 1) + block->used;

    block->used += (uint32_t)size;
    return memory;
}

char *script_string(struct parser *parser, const char *text, size_t length)
{
    char *copy = script_take(parser, length + 1);

    memcpy(copy, text, length);
    return copy;
}

void script_hold(struct script *script)
{
    script->holders++;
}

void script_release(struct pool *pool, struct script *script)
{
    if (script == NULL || --script->holders > 0) {
        return;
    }
    while (script->blocks != NULL) {
        struct script_block *block = script->blocks;

        script->blocks = block->next;
        pool_give(pool, block, block_memory(block->size));
    }
    pool_give(pool, script, sizeof *script);
}

void parse_fail(struct parser *parser, const char *format, ...)
{
    char message[ERROR_LENGTH_MAX];
    va_list arguments;

    if (parser->script->error != NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    parser->script->error = script_string(parser, message, strlen(message));
}

void parse_end_early(struct parser *parser, const char *wanted)
{
    if (parser->script->error == NULL) {
        parser->script->incomplete = true;
        parse_fail(parser, "syntax error: %s", wanted);
    }
}

/* ---- what lies between words ------------------------------------------------------------------------------------ */

static char peek(const struct parser *parser, uint32_t ahead)
{
    return parser->at + ahead < parser->length ? parser->text[parser->at + ahead] : '\0';
}

static void skip_blanks(struct parser *parser)
{
    for (;;) {
        char c = peek(parser, 0);

        if (c == ' ' || c == '\t' || c == '\r') {
            parser->at++;
        } else if (c == '\\' && peek(parser, 1) == '\n') {
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

static void skip_newline(struct parser *parser)
{
    parser->at++;
    for (uint32_t i = 0; i < parser->here_count; i++) {
        read_here_document(parser, &parser->here[i]);
    }
    parser->here_count = 0;
}

static void skip_newlines(struct parser *parser)
{
    skip_blanks(parser);
    while (peek(parser, 0) == '\n') {
        skip_newline(parser);
        skip_blanks(parser);
    }
}

/* Whether the next word is exactly this one. */
static bool next_is(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    char after = peek(parser, (uint32_t)length);

    return parser->length - parser->at >= length && memcmp(parser->text + parser->at, word, length) == 0 &&
           (after == '\0' || strchr(" \t\n;&|<>()", after) != NULL);
}

static bool accept(struct parser *parser, const char *word)
{
    skip_newlines(parser);
    if (!next_is(parser, word)) {
        return false;
    }
    parser->at += (uint32_t)strlen(word);
    return true;
}

/* Says what stands where something else must. */
static void fail_unexpected(struct parser *parser, const char *wanted)
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
    if (peek(parser, 0) == '\n') {
        parse_fail(parser, "syntax error: unexpected newline");
        return;
    }
    found[length++] = peek(parser, 0);
    if (strchr(";&|<>()", found[0]) == NULL) {
        while (length + 1 < sizeof found && peek(parser, length) != '\0' &&
               strchr(" \t\n;&|<>()", peek(parser, length)) == NULL) {
            found[length] = peek(parser, length);
            length++;
        }
    } else if (strchr(";&|", found[0]) != NULL && peek(parser, 1) == found[0]) {
        found[length++] = found[0];
    }
    found[length] = '\0';
    if (wanted == NULL) {
        parse_fail(parser, "syntax error: unexpected \"%s\"", found);
    } else {
        parse_fail(parser, "syntax error: unexpected \"%s\" (expecting \"%s\")", found, wanted);
    }
}

static void expect(struct parser *parser, const char *word)
{
    if (parser->script->error == NULL && !accept(parser, word)) {
        fail_unexpected(parser, word);
    }
}

/* ---- redirections ----------------------------------------------------------------------------------------------- */

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
static struct redirect *parse_redirect(struct parser *parser)
{
    uint32_t digits = isdigit((unsigned char)peek(parser, 0)) ? 1 : 0;
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
    redirect->fd = digits == 1 ? peek(parser, 0) - '0' : form->fd;
    parser->at += digits + (uint32_t)strlen(form->text);
    skip_blanks(parser);
    redirect->word = parse_word(parser);
    if (redirect->word == NULL) {
        fail_unexpected(parser, NULL);
    } else if (form->kind == REDIRECT_HERE) {
        note_here_document(parser, redirect, redirect->word, form->text[2] == '-');
    }
    return redirect;
}

static void parse_redirects(struct parser *parser, struct node *node)
{
    struct redirect **link = &node->redirects;
    struct redirect *redirect;

    skip_blanks(parser);
    while (parser->script->error == NULL && (redirect = parse_redirect(parser)) != NULL) {
        *link = redirect;
        link = &redirect->next;
        skip_blanks(parser);
    }
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

/* A node's own command substitutions are counted from here on; what was counted before comes back with end_node(). */
struct outer_commands {
    struct node *node;
    uint32_t count;
    struct part **commands;
};

static struct node *begin_node(struct parser *parser, enum node_kind kind, struct outer_commands *outer)
{
    struct node *node = script_take(parser, sizeof *node);

    *outer = (struct outer_commands){parser->node, parser->command_count, parser->commands};
    parser->node = node;
    node->kind = kind;
    parser->command_count = 0;
    parser->commands = &node->commands;
    return node;
}

static void end_node(struct parser *parser, const struct outer_commands *outer)
{
    parser->node = outer->node;
    parser->command_count = outer->count;
    parser->commands = outer->commands;
}

/* name=…: the name goes from the first part to word->assigned. */
static void note_assignment(struct parser *parser, struct word *word)
{
    struct part *first = word->parts;
    size_t length = 0;

    if (first == NULL || first->kind != PART_TEXT || first->quoted || !shell_is_name_start(first->text[0])) {
        return;
    }
    while (shell_is_name_char(first->text[length])) {
        length++;
    }
    if (first->text[length] == '=') {
        word->assigned = script_string(parser, first->text, length);
        first->text += length + 1;
    }
}

static struct node *parse_command(struct parser *parser);

static bool is_function_name(const struct word *word)
{
    return word->parts != NULL && word->parts->next == NULL && word->parts->kind == PART_TEXT && !word->parts->quoted &&
           shell_is_name_start(word->parts->text[0]);
}

static void parse_function(struct parser *parser, struct node *node)
{
    parser->at++;
    skip_blanks(parser);
    if (peek(parser, 0) != ')') {
        fail_unexpected(parser, ")");
        return;
    }
    parser->at++;
    node->kind = NODE_FUNCTION;
    node->name = node->words->parts->text;
    node->words = NULL;
    skip_newlines(parser);
    node->first = parse_command(parser);
}

static struct node *parse_simple(struct parser *parser)
{
    struct outer_commands outer;
    struct node *node = begin_node(parser, NODE_COMMAND, &outer);
    struct word **word_link = &node->words;
    struct redirect **redirect_link = &node->redirects;
    bool is_assigning = true;

    node->source = parser->text + parser->at;
    while (parser->script->error == NULL) {
        struct redirect *redirect = parse_redirect(parser);

        if (redirect != NULL) {
            *redirect_link = redirect;
            redirect_link = &redirect->next;
        } else {
            struct word *word = parse_word(parser);

            if (word == NULL) {
                break;
            }
            *word_link = word;
            word_link = &word->next;
            if (is_assigning) {
                note_assignment(parser, word);
                is_assigning = word->assigned != NULL;
            }
            if (peek(parser, 0) == '(' && word == node->words && is_function_name(word)) {
                parse_function(parser, node);
                break;
            }
        }
        skip_blanks(parser);
    }
    node->source_length = (uint32_t)(parser->text + parser->at - node->source);
    end_node(parser, &outer);
    if (node->words == NULL && node->redirects == NULL && node->kind == NODE_COMMAND) {
        fail_unexpected(parser, NULL);
    }
    return node;
}

static struct node *parse_body(struct parser *parser, const char *wanted)
{
    struct node *list = parse_list(parser);

    if (list == NULL && parser->script->error == NULL) {
        fail_unexpected(parser, parser->at < parser->length ? NULL : wanted);
    }
    return list;
}

/* From after `if` or `elif`. */
static void parse_if(struct parser *parser, struct node *node)
{
    node->first = parse_body(parser, "then");
    expect(parser, "then");
    node->second = parse_body(parser, "fi");
    if (parser->script->error != NULL) {
        return;
    }
    if (accept(parser, "elif")) {
        struct outer_commands outer;

        node->third = begin_node(parser, NODE_IF, &outer);
        end_node(parser, &outer);
        parse_if(parser, node->third); // NOLINT(misc-no-recursion): the text's own depth, bounded by its length
        return;
    }
    if (accept(parser, "else")) {
        node->third = parse_body(parser, "fi");
    }
    expect(parser, "fi");
}

static void parse_loop_body(struct parser *parser, struct node *node)
{
    expect(parser, "do");
    node->second = parse_body(parser, "done");
    expect(parser, "done");
}

static void parse_for(struct parser *parser, struct node *node)
{
    struct word **link = &node->words;
    uint32_t start;

    skip_blanks(parser);
    start = parser->at;
    while (shell_is_name_char(peek(parser, 0))) {
        parser->at++;
    }
    if (parser->at == start) {
        parse_fail(parser, "syntax error: bad for loop variable");
        return;
    }
    node->name = script_string(parser, parser->text + start, parser->at - start);
    if (accept(parser, "in")) {
        struct word *word;

        node->flag = true;
        skip_blanks(parser);
        while (parser->script->error == NULL && (word = parse_word(parser)) != NULL) {
            *link = word;
            link = &word->next;
            skip_blanks(parser);
        }
    }
    skip_blanks(parser);
    if (peek(parser, 0) == ';') {
        parser->at++;
    }
    parse_loop_body(parser, node);
}

static struct node *parse_case_item(struct parser *parser)
{
    struct node *item = script_take(parser, sizeof *item);
    struct word **link = &item->words;
    struct word *word;

    item->kind = NODE_CASE_ITEM;
    if (peek(parser, 0) == '(') {
        parser->at++;
    }
    do {
        skip_blanks(parser);
        word = parse_word(parser);
        if (word == NULL) {
            fail_unexpected(parser, NULL);
            return item;
        }
        *link = word;
        link = &word->next;
        skip_blanks(parser);
    } while (peek(parser, 0) == '|' && parser->at++ < parser->length);
    if (peek(parser, 0) != ')') {
        fail_unexpected(parser, ")");
        return item;
    }
    parser->at++;
    item->second = parse_list(parser);
    skip_newlines(parser);
    if (peek(parser, 0) == ';' && peek(parser, 1) == ';') {
        parser->at += 2;
    } else if (!next_is(parser, "esac")) {
        fail_unexpected(parser, "esac");
    }
    return item;
}

static void parse_case(struct parser *parser, struct node *node)
{
    struct node **link = &node->first;

    skip_blanks(parser);
    node->words = parse_word(parser);
    if (node->words == NULL) {
        fail_unexpected(parser, NULL);
        return;
    }
    expect(parser, "in");
    while (parser->script->error == NULL && !accept(parser, "esac")) {
        *link = parse_case_item(parser);
        link = &(*link)->next;
    }
}

static const struct compound {
    const char *word;
    enum node_kind kind;
    bool flag;
} compounds[] = {
    {"if", NODE_IF, false},   {"while", NODE_WHILE, false}, {"until", NODE_WHILE, true},
    {"for", NODE_FOR, false}, {"case", NODE_CASE, false},   {"{", NODE_GROUP, false},
};

static void parse_compound(struct parser *parser, struct node *node)
{
    switch (node->kind) {
    case NODE_IF:
        parse_if(parser, node);
        break;
    case NODE_WHILE:
        node->first = parse_body(parser, "do");
        parse_loop_body(parser, node);
        break;
    case NODE_FOR:
        parse_for(parser, node);
        break;
    case NODE_CASE:
        parse_case(parser, node);
        break;
    case NODE_SUBSHELL:
        node->first = parse_body(parser, ")");
        skip_newlines(parser);
        if (peek(parser, 0) == ')') {
            parser->at++;
        } else {
            fail_unexpected(parser, ")");
        }
        break;
    default:
        node->first = parse_body(parser, "}");
        expect(parser, "}");
        break;
    }
    parse_redirects(parser, node);
}

static struct node *parse_command(struct parser *parser)
{
    const struct compound *compound = NULL;
    bool is_subshell = peek(parser, 0) == '(';

    for (uint32_t i = 0; i < sizeof compounds / sizeof compounds[0]; i++) {
        if (next_is(parser, compounds[i].word)) {
            compound = &compounds[i];
        }
    }
    if (compound == NULL && !is_subshell) {
        return parse_simple(parser);
    }
    struct outer_commands outer;
    struct node *node = begin_node(parser, is_subshell ? NODE_SUBSHELL : compound->kind, &outer);

    node->flag = compound != NULL && compound->flag;
    parser->at += is_subshell ? 1 : (uint32_t)strlen(compound->word);
    parse_compound(parser, node);
    end_node(parser, &outer);
    return node;
}

static struct node *parse_pipeline(struct parser *parser)
{
    struct node *pipeline = script_take(parser, sizeof *pipeline);
    struct node **link = &pipeline->first;

    pipeline->kind = NODE_PIPELINE;
    while (next_is(parser, "!")) {
        parser->at++;
        pipeline->flag = !pipeline->flag;
        skip_blanks(parser);
    }
    *link = parse_command(parser);
    link = &(*link)->next;
    skip_blanks(parser);
    while (parser->script->error == NULL && peek(parser, 0) == '|' && peek(parser, 1) != '|') {
        parser->at++;
        skip_newlines(parser);
        *link = parse_command(parser);
        link = &(*link)->next;
        skip_blanks(parser);
    }
    return pipeline->first->next == NULL && !pipeline->flag ? pipeline->first : pipeline;
}

static struct node *parse_and_or(struct parser *parser)
{
    struct node *left = parse_pipeline(parser);

    skip_blanks(parser);
    while (parser->script->error == NULL) {
        char c = peek(parser, 0);

        if ((c != '&' && c != '|') || peek(parser, 1) != c) {
            break;
        }
        struct node *both = script_take(parser, sizeof *both);

        both->kind = c == '&' ? NODE_AND : NODE_OR;
        parser->at += 2;
        skip_newlines(parser);
        both->first = left;
        both->second = parse_pipeline(parser);
        left = both;
        skip_blanks(parser);
    }
    return left;
}

static bool is_at_end_of_list(struct parser *parser)
{
    static const char *const closing[] = {"then", "else", "elif", "fi", "do", "done", "esac", "}"};

    if (parser->at >= parser->length || peek(parser, 0) == ')' || (peek(parser, 0) == ';' && peek(parser, 1) == ';')) {
        return true;
    }
    for (uint32_t i = 0; i < sizeof closing / sizeof closing[0]; i++) {
        if (next_is(parser, closing[i])) {
            return true;
        }
    }
    return false;
}

struct node *parse_list(struct parser *parser)
{
    struct node *first = NULL;
    struct node **link = &first;

    if (++parser->depth > PARSE_DEPTH_MAX) {
        parse_fail(parser, "syntax error: nested too deeply");
    }
    skip_newlines(parser);
    while (parser->script->error == NULL && !is_at_end_of_list(parser)) {
        struct node *item = script_take(parser, sizeof *item);

        item->kind = NODE_LIST;
        item->first = parse_and_or(parser);
        *link = item;
        link = &item->next;
        skip_blanks(parser);
        if (peek(parser, 0) == '&') {
            item->background = true;
            parser->at++;
        } else if (peek(parser, 0) == ';' && peek(parser, 1) != ';') {
            parser->at++;
        } else if (peek(parser, 0) != '\n' && !is_at_end_of_list(parser)) {
            fail_unexpected(parser, NULL);
        }
        skip_newlines(parser);
    }
    parser->depth--;
    return first;
}

struct script *script_parse(struct pool *pool, const char *text, uint32_t length)
{
    struct parser parser = {.pool = pool, .script = pool_take(pool, sizeof(struct script)), .length = length};
    struct part *commands = NULL;

    parser.script->holders = 1;
    parser.script->text = script_string(&parser, text, length);
    parser.text = parser.script->text;
    parser.commands = &commands;
    parser.script->root = parse_list(&parser);
    if (parser.script->error == NULL && parser.at < parser.length) {
        fail_unexpected(&parser, NULL);
    }
    if (parser.here_count > 0) {
        skip_newline(&parser);
    }
    return parser.script;
}
