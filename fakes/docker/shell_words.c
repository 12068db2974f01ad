/* Words: quotes, parameters, command substitutions, arithmetic (POSIX XCU 2.2, 2.6). */
#include "fakes/docker/shell_tree.h"

#include <ctype.h>
#include <string.h>

bool shell_is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

bool shell_is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* A word that is being put together. */
struct builder {
    struct word *word;
    struct part **link;
    struct text plain; /* literal characters so far */
    bool quoted;
    bool any_quotes;
};

static void add_part(struct builder *builder, struct part *part)
{
    *builder->link = part;
    builder->link = &part->next;
}

static void flush(struct parser *parser, struct builder *builder, bool even_empty)
{
    if (builder->plain.length > 0 || even_empty) {
        struct part *part = script_take(parser, sizeof *part);

        part->kind = PART_TEXT;
        part->quoted = builder->quoted;
        part->text = script_string(parser, text_string(&builder->plain), builder->plain.length);
        add_part(builder, part);
        text_cut(&builder->plain, 0);
    }
}

static void begin(struct parser *parser, struct builder *builder)
{
    *builder = (struct builder){.word = script_take(parser, sizeof(struct word))};
    builder->link = &builder->word->parts;
}

/* Another text in the place of this one, for a while. */
static struct parser inner_parser(const struct parser *parser, const char *text, uint32_t length)
{
    struct parser inner = *parser;

    inner.text = text;
    inner.at = 0;
    inner.length = length;
    inner.here_count = 0;
    return inner;
}

static void finish_inner(struct parser *parser, const struct parser *inner)
{
    parser->command_count = inner->command_count;
    parser->commands = inner->commands;
}

static void parse_dollar(struct parser *parser, struct builder *builder, bool quoted);
static void parse_back_quotes(struct parser *parser, struct builder *builder, bool quoted);

/* Characters up to (not including) one of `stops`, with quotes and substitutions. Nothing in `stops` ends it within
 * quotes. */
static void parse_until(struct parser *parser, struct builder *builder, const char *stops, bool in_quotes);

static void parse_single_quotes(struct parser *parser, struct builder *builder)
{
    uint32_t end = ++parser->at;

    while (end < parser->length && parser->text[end] != '\'') {
        end++;
    }
    if (end == parser->length) {
        parse_end_early(parser, "unterminated quoted string");
        parser->at = end;
        return;
    }
    flush(parser, builder, false);
    builder->quoted = true;
    text_add(parser->pool, &builder->plain, parser->text + parser->at, end - parser->at);
    flush(parser, builder, true);
    builder->quoted = false;
    parser->at = end + 1;
}

static void parse_double_quotes(struct parser *parser, struct builder *builder)
{
    parser->at++;
    flush(parser, builder, false);
    builder->quoted = true;
    flush(parser, builder, true);
    parse_until(parser, builder, "\"", true);
    flush(parser, builder, false);
    builder->quoted = false;
    if (parse_peek(parser, 0) == '"') {
        parser->at++;
    } else {
        parse_end_early(parser, "unterminated quoted string");
    }
}

static void parse_backslash(struct parser *parser, struct builder *builder, bool in_quotes)
{
    char next = parse_peek(parser, 1);

    if (next == '\n') {
        parser->at += 2;
        return;
    }
    if (parser->at + 1 == parser->length || (in_quotes && strchr("$`\"\\}", next) == NULL)) {
        text_add_char(parser->pool, &builder->plain, '\\');
        parser->at++;
        return;
    }
    if (!in_quotes) {
        flush(parser, builder, false);
        builder->quoted = true;
        text_add_char(parser->pool, &builder->plain, next);
        flush(parser, builder, true);
        builder->quoted = false;
    } else {
        text_add_char(parser->pool, &builder->plain, next);
    }
    parser->at += 2;
}

static void parse_until(struct parser *parser, struct builder *builder, const char *stops, bool in_quotes)
{
    while (parser->at < parser->length && parser->script->error == NULL) {
        char c = parser->text[parser->at];

        if (c != '\0' && strchr(stops, c) != NULL) {
            break;
        }
        if (c == '\\') {
            parse_backslash(parser, builder, in_quotes);
        } else if (c == '\'' && !in_quotes) {
            parse_single_quotes(parser, builder);
        } else if (c == '"' && !in_quotes) {
            parse_double_quotes(parser, builder);
        } else if (c == '$') {
            parse_dollar(parser, builder, in_quotes);
        } else if (c == '`') {
            parse_back_quotes(parser, builder, in_quotes);
        } else {
            text_add_char(parser->pool, &builder->plain, c);
            parser->at++;
        }
    }
}

static void add_command(struct parser *parser, struct builder *builder, bool quoted, const struct node *node)
{
    struct part *part = script_take(parser, sizeof *part);

    part->kind = PART_COMMAND;
    part->quoted = quoted;
    part->node = node;
    part->ordinal = parser->command_count++;
    *parser->commands = part;
    parser->commands = &part->next_command;
    add_part(builder, part);
}

/* A list within a word has command substitutions of its own. */
static const struct node *parse_inner_list(struct parser *parser)
{
    uint32_t count = parser->command_count;
    struct part **commands = parser->commands;
    const struct node *node = parse_list(parser);

    parser->command_count = count;
    parser->commands = commands;
    return node;
}

static void parse_command_substitution(struct parser *parser, struct builder *builder, bool quoted)
{
    parser->at += 2;
    const struct node *node = parse_inner_list(parser);

    if (parse_peek(parser, 0) == ')') {
        parser->at++;
    } else if (parser->script->error == NULL) {
        parse_end_early(parser, "end of file unexpected (expecting \")\")");
    }
    add_command(parser, builder, quoted, node);
}

static void parse_back_quotes(struct parser *parser, struct builder *builder, bool quoted)
{
    struct text inner_text = {0};

    flush(parser, builder, false);
    parser->at++;
    while (parser->at < parser->length && parser->text[parser->at] != '`') {
        if (parser->text[parser->at] == '\\' && strchr(quoted ? "$`\\\"" : "$`\\", parse_peek(parser, 1)) != NULL) {
            parser->at++;
        }
        text_add_char(parser->pool, &inner_text, parse_peek(parser, 0));
        parser->at++;
    }
    if (parser->at >= parser->length) {
        parse_end_early(parser, "EOF in backquote substitution");
    }
    parser->at++;
    struct parser inner =
        inner_parser(parser, script_string(parser, text_string(&inner_text), inner_text.length), inner_text.length);
    const struct node *node = parse_inner_list(&inner);

    text_free(parser->pool, &inner_text);
    add_command(parser, builder, quoted, node);
}

struct word *parse_quoted_text(struct parser *parser, const char *text, uint32_t length)
{
    struct parser inner = inner_parser(parser, text, length);
    struct builder builder;

    begin(parser, &builder);
    builder.quoted = true;
    parse_until(&inner, &builder, "", true);
    flush(&inner, &builder, true);
    text_free(parser->pool, &builder.plain);
    finish_inner(parser, &inner);
    return builder.word;
}

/* $((…)): up to the two parentheses that close it; false when it is none. */
static bool parse_arithmetic(struct parser *parser, struct builder *builder, bool quoted)
{
    uint32_t depth = 0;
    uint32_t start = parser->at + 3;
    uint32_t end = start;

    for (; end < parser->length; end++) {
        char c = parser->text[end];

        if (c == '(') {
            depth++;
        } else if (c == ')') {
            if (depth == 0) {
                break;
            }
            depth--;
        }
    }
    if (end + 1 >= parser->length || parser->text[end + 1] != ')') {
        return false;
    }
    struct part *part = script_take(parser, sizeof *part);

    part->kind = PART_ARITHMETIC;
    part->quoted = quoted;
    part->word = parse_quoted_text(parser, parser->text + start, end - start);
    add_part(builder, part);
    parser->at = end + 2;
    return true;
}

static const struct operator_form {
    const char *text;
    enum parameter_operator operator;
    bool or_empty;
} operator_forms[] = {
    {":-", PARAMETER_DEFAULT, true},
    {":=", PARAMETER_ASSIGN, true},
    {":+", PARAMETER_ALTERNATIVE, true},
    {":?", PARAMETER_ERROR, true},
    {"-", PARAMETER_DEFAULT, false},
    {"=", PARAMETER_ASSIGN, false},
    {"+", PARAMETER_ALTERNATIVE, false},
    {"?", PARAMETER_ERROR, false},
    {"##", PARAMETER_CUT_PREFIX_LONG, false},
    {"#", PARAMETER_CUT_PREFIX, false},
    {"%%", PARAMETER_CUT_SUFFIX_LONG, false},
    {"%", PARAMETER_CUT_SUFFIX, false},
    {"//", PARAMETER_REPLACE_ALL, false},
    {"/", PARAMETER_REPLACE, false},
    {":", PARAMETER_SLICE, false},
};

/* The name of a parameter: letters, digits, or one special character. */
static const char *parse_parameter_name(struct parser *parser)
{
    uint32_t start = parser->at;
    char c = parse_peek(parser, 0);

    if (shell_is_name_start(c)) {
        while (shell_is_name_char(parse_peek(parser, 0))) {
            parser->at++;
        }
    } else if (isdigit((unsigned char)c)) {
        while (isdigit((unsigned char)parse_peek(parser, 0))) {
            parser->at++;
        }
    } else if (c != '\0' && strchr("@*#?-$!", c) != NULL) {
        parser->at++;
    }
    return script_string(parser, parser->text + start, parser->at - start);
}

static struct word *parse_operand(struct parser *parser, const char *stops, bool quoted)
{
    struct builder operand;

    begin(parser, &operand);
    operand.quoted = quoted;
    parse_until(parser, &operand, stops, quoted);
    flush(parser, &operand, false);
    text_free(parser->pool, &operand.plain);
    return operand.word;
}

static void parse_operator(struct parser *parser, struct part *part)
{
    for (uint32_t i = 0; i < sizeof operator_forms / sizeof operator_forms[0]; i++) {
        const struct operator_form *form = &operator_forms[i];
        size_t length = strlen(form->text);
        bool is_pattern = form->operator>= PARAMETER_CUT_PREFIX;

        if (parser->length - parser->at < length || memcmp(parser->text + parser->at, form->text, length) != 0) {
            continue;
        }
        parser->at += (uint32_t)length;
        part->operator= form->operator;
        part->or_empty = form->or_empty;
        if (form->operator== PARAMETER_SLICE || form->operator== PARAMETER_REPLACE || form->operator==
            PARAMETER_REPLACE_ALL) {
            const char *stop = form->operator== PARAMETER_SLICE ? ":" : "/";

            part->word = parse_operand(parser, stop[0] == ':' ? ":}" : "/}", false);
            if (parse_peek(parser, 0) == stop[0]) {
                parser->at++;
                part->second = parse_operand(parser, "}", false);
            }
        } else {
            part->word = parse_operand(parser, "}", part->quoted && !is_pattern);
        }
        return;
    }
    parse_fail(parser, "syntax error: bad substitution");
}

static void parse_braces(struct parser *parser, struct builder *builder, bool quoted)
{
    struct part *part = script_take(parser, sizeof *part);

    parser->at += 2;
    part->kind = PART_PARAMETER;
    part->quoted = quoted;
    if (parse_peek(parser, 0) == '#' && parse_peek(parser, 1) != '}') {
        parser->at++;
        part->operator= PARAMETER_LENGTH;
    }
    part->text = parse_parameter_name(parser);
    add_part(builder, part);
    if (part->text[0] == '\0') {
        parse_fail(parser, "syntax error: bad substitution");
        return;
    }
    if (parse_peek(parser, 0) != '}' && parser->at < parser->length) {
        parse_operator(parser, part);
    }
    if (parse_peek(parser, 0) == '}') {
        parser->at++;
    } else if (parser->script->error == NULL) {
        parse_end_early(parser, "missing '}'");
    }
}

static void parse_dollar(struct parser *parser, struct builder *builder, bool quoted)
{
    char next = parse_peek(parser, 1);

    if (next == '(' || next == '{' || shell_is_name_char(next) || (next != '\0' && strchr("@*#?-$!", next) != NULL)) {
        flush(parser, builder, false);
    } else {
        text_add_char(parser->pool, &builder->plain, '$');
        parser->at++;
        return;
    }
    if (next == '(') {
        if (parse_peek(parser, 2) != '(' || !parse_arithmetic(parser, builder, quoted)) {
            parse_command_substitution(parser, builder, quoted);
        }
    } else if (next == '{') {
        parse_braces(parser, builder, quoted);
    } else {
        struct part *part = script_take(parser, sizeof *part);

        parser->at++;
        part->kind = PART_PARAMETER;
        part->quoted = quoted;
        if (isdigit((unsigned char)next)) {
            part->text = script_string(parser, &next, 1);
            parser->at++;
        } else {
            part->text = parse_parameter_name(parser);
        }
        add_part(builder, part);
    }
}

struct word *parse_word(struct parser *parser)
{
    struct builder builder;
    uint32_t start = parser->at;

    begin(parser, &builder);
    parse_until(parser, &builder, " \t\n;&|<>()", false);
    flush(parser, &builder, false);
    text_free(parser->pool, &builder.plain);
    return parser->at == start ? NULL : builder.word;
}
