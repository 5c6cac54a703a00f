#include "value/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/check.h"
#include "value/limits.h"
#include "value/mistake.h"
#include "value/yaml_place.h"
#include "value/yaml_strict.h"
#include "value/yaml_wording.h"

/* A list or map that is open, and where its next child goes. */
struct open {
    struct pl_yaml *node;
    struct pl_yaml *last;
    struct pl_text key; /* of a map: read, value still to come */
    struct pl_mark key_mark;
    bool has_key;
    bool is_flow;   /* in brackets */
    int64_t indent; /* column of the block that it is, or stands in; -1 for none */
};

struct parse {
    yaml_parser_t parser;
    struct pl_yaml_places places; /* of the text, without a byte order mark */
    const char *file;
    struct pl_arena *arena;
    struct placet_error *err;
    struct pl_yaml *root;
    struct open opened[PL_YAML_DEPTH_MAX];
    uint32_t depth;
    uint32_t event_count;
    bool document_seen;
    size_t read_to;    /* byte behind the last event */
    size_t flow_start; /* byte of the outermost bracket that is open */
};

static int refuse(struct parse *p, struct pl_mark mark, const char *hint, const char *message)
{
    const struct pl_place place = {p->file, mark.line, mark.column};
    return pl_mistake(p->err, PLACET_EINVALID, place, hint, "%s", message);
}

static int limit(struct parse *p, struct pl_mark mark, const char *hint, const char *message)
{
    const struct pl_place place = {p->file, mark.line, mark.column};
    return pl_mistake(p->err, PLACET_ELIMIT, place, hint, "%s", message);
}

/* ---- libyaml's own errors ---- */

static int refuse_problem(struct parse *p)
{
    const yaml_parser_t *parser = &p->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "not YAML";

    if (parser->error == YAML_MEMORY_ERROR) {
        return pl_mistake(p->err, PLACET_ENOMEM, (struct pl_place){.file = p->file}, NULL,
                          "out of memory while reading YAML");
    }
    const bool is_reader = parser->error == YAML_READER_ERROR;
    const struct pl_mark mark =
        is_reader ? pl_yaml_mark_of_byte(p->places.text, parser->problem_offset)
                  : pl_yaml_mark_of(&p->places, parser->problem_mark, parser->problem_mark);
    const size_t byte = pl_yaml_byte_of(&p->places, parser->problem_mark.index);
    const struct pl_yaml_wording words =
        pl_yaml_wording_of(problem, byte < p->places.text.len ? p->places.text.at[byte] : '\0');
    const size_t open_line = parser->context_mark.line;
    if (!is_reader && parser->context != NULL && open_line < parser->problem_mark.line) {
        const struct pl_place place = {p->file, mark.line, mark.column};
        return pl_mistake(p->err, PLACET_EINVALID, place, words.hint, "%s (begun in line %zu)",
                          words.message, open_line + 1);
    }
    return refuse(p, mark, words.hint, words.message);
}

/* ---- the tree ---- */

static int refuse_duplicate(struct parse *p, const struct pl_yaml *first, struct pl_text key,
                            struct pl_mark mark)
{
    const struct pl_place place = {p->file, mark.line, mark.column};
    const struct pl_text shown = pl_mistake_quote(key, 80);

    return pl_mistake(p->err, PLACET_EINVALID, place, "Remove or rename one of the two.",
                      "key `%.*s` is already in line %u", (int)shown.len, shown.at,
                      first->key_mark.line);
}

/* `? key`. In brackets libyaml also takes `?` without a blank for it, where YAML 1.2 does not. */
static bool is_explicit(struct parse *p, const yaml_event_t *event)
{
    size_t byte = pl_yaml_byte_of(&p->places, event->start_mark.index);

    while (byte > 0 && p->places.text.at[byte - 1] == ' ') {
        byte--;
    }
    return byte > 0 && p->places.text.at[byte - 1] == '?';
}

static int take_key(struct parse *p, struct open *in, const yaml_event_t *event,
                    struct pl_mark mark)
{
    const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const struct pl_text key = {(const char *)event->data.scalar.value,
                                (uint32_t)event->data.scalar.length};

    if (plain && key.len == 0) {
        return refuse(p, mark, "Write a key before the `:`.", "a key is missing");
    }
    if (plain && key.len == 2 && memcmp(key.at, "<<", 2) == 0) {
        return refuse(p, mark, "Write the keys out where they are needed.",
                      "merge keys are not allowed");
    }
    if (is_explicit(p, event)) {
        return refuse(p, mark, "Write `key: value`; put a text that begins with `?` in quotes.",
                      "explicit keys are not allowed");
    }
    if (in->node->count == PL_YAML_KEYS_MAX) {
        return limit(p, mark, "Divide the map.", "a map of more than 1024 keys");
    }
    for (const struct pl_yaml *child = in->node->first; child != NULL; child = child->next) {
        if (child->key.len == key.len && memcmp(child->key.at, key.at, key.len) == 0) {
            return refuse_duplicate(p, child, key, mark);
        }
    }

    in->key.at = pl_arena_text(p->arena, key.at, key.len);
    if (in->key.at == NULL) {
        return limit(p, mark, "Make the file smaller.", "the definition does not fit in memory");
    }
    in->key.len = key.len;
    in->key_mark = mark;
    in->has_key = true;
    return PLACET_OK;
}

/* A node linked under what is open (or as the root), or NULL when the arena is full. */
static struct pl_yaml *add_node(struct parse *p, enum pl_yaml_kind kind, struct pl_mark mark)
{
    struct pl_yaml *node = pl_arena_alloc(p->arena, sizeof(*node));
    if (node == NULL) {
        return NULL;
    }
    node->kind = kind;
    node->mark = mark;

    if (p->depth == 0) {
        p->root = node;
        return node;
    }
    struct open *in = &p->opened[p->depth - 1];
    if (in->has_key) {
        node->key = in->key;
        node->key_mark = in->key_mark;
        in->has_key = false;
    }
    if (in->last == NULL) {
        in->node->first = node;
    } else {
        in->last->next = node;
    }
    in->last = node;
    in->node->count++;
    return node;
}

static bool wants_key(const struct parse *p)
{
    if (p->depth == 0) {
        return false;
    }
    const struct open *in = &p->opened[p->depth - 1];
    return in->node->kind == PL_YAML_MAP && !in->has_key;
}

static int take_scalar(struct parse *p, const yaml_event_t *event, struct pl_mark mark)
{
    const char *value = (const char *)event->data.scalar.value;
    const size_t len = event->data.scalar.length;

    if (len > PL_YAML_SCALAR_MAX) {
        return limit(p, mark, "Keep long texts in files of their own.",
                     "a text of more than 65536 bytes");
    }
    if (memchr(value, '\0', len) != NULL) {
        return refuse(p, mark, "Leave the `\\0` out.", "a text with a NUL character");
    }
    if (wants_key(p)) {
        return take_key(p, &p->opened[p->depth - 1], event, mark);
    }

    struct pl_yaml *node = add_node(p, PL_YAML_SCALAR, mark);
    const char *copy = node != NULL ? pl_arena_text(p->arena, value, len) : NULL;
    if (copy == NULL) {
        return limit(p, mark, "Make the file smaller.", "the definition does not fit in memory");
    }
    node->text = (struct pl_text){copy, (uint32_t)len};
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return PLACET_OK;
}

static int64_t indent_of(const struct parse *p)
{
    return p->depth > 0 ? p->opened[p->depth - 1].indent : -1;
}

static bool is_in_flow(const struct parse *p)
{
    return p->depth > 0 && p->opened[p->depth - 1].is_flow;
}

static int open_node(struct parse *p, enum pl_yaml_kind kind, const yaml_event_t *event,
                     struct pl_mark mark)
{
    const bool is_flow = kind == PL_YAML_MAP
                             ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                             : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;

    if (wants_key(p)) {
        return refuse(p, mark, "Put a text with `[`, `{`, `?` or `-` in quotes.",
                      "a key must be a text");
    }
    if (p->depth == PL_YAML_DEPTH_MAX) {
        return limit(p, mark, "Make the file flatter.", "lists and maps nested more than 32 deep");
    }
    struct pl_yaml *node = add_node(p, kind, mark);
    if (node == NULL) {
        return limit(p, mark, "Make the file smaller.", "the definition does not fit in memory");
    }
    if (is_flow && !is_in_flow(p)) {
        p->flow_start = pl_yaml_byte_of(&p->places, event->start_mark.index);
    }
    const struct open open = {
        .node = node,
        .is_flow = is_flow || is_in_flow(p),
        .indent = is_flow || is_in_flow(p) ? indent_of(p) : (int64_t)event->start_mark.column};
    p->opened[p->depth++] = open;
    return PLACET_OK;
}

/* ---- what libyaml lets through ---- */

static int refuse_finding(struct parse *p, const struct pl_yaml_finding *finding)
{
    return refuse(p, pl_yaml_mark_of_byte(p->places.text, finding->byte), finding->hint,
                  finding->message);
}

static int check_scalar(struct parse *p, const yaml_event_t *event, struct pl_mark mark)
{
    const yaml_scalar_style_t style = event->data.scalar.style;
    const bool is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    const bool is_plain = style == YAML_PLAIN_SCALAR_STYLE;
    const size_t start = pl_yaml_byte_of(&p->places, event->start_mark.index);
    struct pl_yaml_finding finding;

    if (is_plain && event->data.scalar.length == 1 && event->data.scalar.value[0] == '-') {
        return refuse(p, mark, "Put a text that is a dash in quotes.", "a dash alone");
    }
    if (is_block && pl_yaml_find_block_head(p->places.text, start, indent_of(p), &finding)) {
        return refuse_finding(p, &finding);
    }
    if (!is_block && !is_plain && !is_in_flow(p) &&
        pl_yaml_find_outdent(p->places.text, start,
                             pl_yaml_byte_of(&p->places, event->end_mark.index), indent_of(p),
                             &finding)) {
        return refuse_finding(p, &finding);
    }
    return PLACET_OK;
}

/* Between the event before and this one stand blanks, indicators and comments. */
static int check_gap(struct parse *p, const yaml_event_t *event)
{
    const size_t start = pl_yaml_byte_of(&p->places, event->start_mark.index);
    const size_t end = pl_yaml_byte_of(&p->places, event->end_mark.index);
    struct pl_yaml_finding finding;

    if (pl_yaml_find_comment(p->places.text, p->read_to, start, &finding)) {
        return refuse_finding(p, &finding);
    }
    p->read_to = end > p->read_to ? end : p->read_to;
    return PLACET_OK;
}

/* ---- events ---- */

static int open_document(struct parse *p, const yaml_event_t *event, struct pl_mark mark)
{
    if (p->document_seen) {
        return refuse(p, mark, "Put the second one into a file of its own.",
                      "a second document in one file");
    }
    p->document_seen = true;
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        return refuse(p, mark, "Leave the line that begins with `%` out.",
                      "directives are not allowed");
    }
    return PLACET_OK;
}

/* Anchors and tags stand before the node, so the mark of its event points at them. This also sees
 * the lone `!`, which libyaml drops. */
static int check_properties(struct parse *p, const yaml_event_t *event, struct pl_mark mark)
{
    const size_t byte = pl_yaml_byte_of(&p->places, event->start_mark.index);
    const char c = byte < p->places.text.len ? p->places.text.at[byte] : '\0';

    if (c == '&') {
        return refuse(p, mark, "Write the value out where it is needed.",
                      "anchors are not allowed");
    }
    if (c == '!') {
        return refuse(p, mark, "Leave the tag out, or put a text that begins with `!` in quotes.",
                      "tags are not allowed");
    }
    return PLACET_OK;
}

static int close_node(struct parse *p, const yaml_event_t *event)
{
    struct pl_yaml_finding finding;

    PL_CHECK(p->depth > 0);
    const bool was_flow = is_in_flow(p);
    p->depth--;
    if (was_flow && !is_in_flow(p) &&
        pl_yaml_find_outdent(p->places.text, p->flow_start,
                             pl_yaml_byte_of(&p->places, event->end_mark.index), indent_of(p),
                             &finding)) {
        return refuse_finding(p, &finding);
    }
    return PLACET_OK;
}

static int take_event(struct parse *p, const yaml_event_t *event)
{
    const struct pl_mark mark = pl_yaml_mark_of(&p->places, event->start_mark, event->end_mark);

    if (++p->event_count > PL_YAML_EVENTS_MAX) {
        return limit(p, mark, "Divide the file.", "more than 200000 values");
    }
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return open_document(p, event, mark);
    case YAML_ALIAS_EVENT:
        return refuse(p, mark, "Write the value out, or put a text with `*` in quotes.",
                      "aliases are not allowed");
    case YAML_SCALAR_EVENT: {
        int rc = check_properties(p, event, mark);
        rc = rc == PLACET_OK ? check_scalar(p, event, mark) : rc;
        return rc == PLACET_OK ? take_scalar(p, event, mark) : rc;
    }
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: {
        const bool is_map = event->type == YAML_MAPPING_START_EVENT;
        const int rc = check_properties(p, event, mark);
        return rc == PLACET_OK ? open_node(p, is_map ? PL_YAML_MAP : PL_YAML_LIST, event, mark)
                               : rc;
    }
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_node(p, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return PLACET_OK;
    }
    return PLACET_OK;
}

static int parse_events(struct parse *p)
{
    bool more = true;

    while (more) {
        yaml_event_t event;
        if (yaml_parser_parse(&p->parser, &event) == 0) {
            return refuse_problem(p);
        }
        more = event.type != YAML_STREAM_END_EVENT;
        int rc = check_gap(p, &event);
        rc = rc == PLACET_OK ? take_event(p, &event) : rc;
        yaml_event_delete(&event);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    if (p->root == NULL) {
        return refuse(p, (struct pl_mark){1, 1, 1}, "Write keys and values into it.",
                      "the file is empty");
    }
    return PLACET_OK;
}

/* A tab at the beginning of a line is wrong in every place where libyaml would allow it too. */
static int check_tabs(struct parse *p)
{
    uint32_t line = 1;

    for (size_t at = 0; at < p->places.text.len; line++) {
        const char *start = p->places.text.at + at;
        const char *end = memchr(start, '\n', p->places.text.len - at);
        const size_t len = end != NULL ? (size_t)(end - start) : p->places.text.len - at;
        size_t blank = 0;
        while (blank < len && strchr(" \t\r", start[blank]) != NULL && start[blank] != '\0') {
            blank++;
        }
        if (start[0] == '\t' && blank < len) {
            return refuse(p, (struct pl_mark){line, 1, 1}, "Indent with spaces.",
                          "a tab in the indentation");
        }
        at += len + 1;
    }
    return PLACET_OK;
}

/* Gives a last line of blanks its end, in a copy. */
static int end_last_line(struct parse *p)
{
    if (!pl_yaml_ends_in_blanks(p->places.text)) {
        return PLACET_OK;
    }
    char *copy = pl_arena_text(p->arena, p->places.text.at, p->places.text.len);
    if (copy == NULL) {
        return limit(p, (struct pl_mark){1, 1, 1}, "Make the file smaller.",
                     "the definition does not fit in memory");
    }
    copy[p->places.text.len] = '\n'; /* where the NUL was */
    p->places.text = (struct pl_text){copy, p->places.text.len + 1};
    return PLACET_OK;
}

int pl_yaml_parse(struct pl_text text, const char *file, struct pl_arena *arena,
                  struct pl_yaml **root_out, struct placet_error *err)
{
    struct pl_yaml_finding finding;
    struct parse p = {.places = {.text = text}, .file = file, .arena = arena, .err = err};

    if (text.len > PL_YAML_SIZE_MAX) {
        return pl_mistake(err, PLACET_ELIMIT, (struct pl_place){.file = file}, "Divide the file.",
                          "%u bytes of YAML, more than 1 MiB", text.len);
    }
    if (text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0) {
        p.places.text = (struct pl_text){text.at + 3, text.len - 3};
    }
    int rc = end_last_line(&p);
    rc = rc == PLACET_OK ? check_tabs(&p) : rc;
    if (rc == PLACET_OK && pl_yaml_find_old_break(p.places.text, &finding)) {
        rc = refuse_finding(&p, &finding);
    }
    if (rc != PLACET_OK) {
        return rc;
    }
    if (yaml_parser_initialize(&p.parser) == 0) {
        return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){.file = file}, NULL,
                          "out of memory while reading YAML");
    }
    yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.parser, (const unsigned char *)p.places.text.at,
                                 p.places.text.len);
    rc = parse_events(&p);
    yaml_parser_delete(&p.parser);
    if (rc == PLACET_OK) {
        *root_out = p.root;
    }
    return rc;
}
