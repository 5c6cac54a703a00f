/* From a line of a script to a message on the bus. */
#include <ctype.h>
#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "definition/bundle.h"
#include "script/script.h"
#include "value/json.h"
#include "wire/events.h"
#include "wire/frame.h"

#define BODY_MAX (1u << 20)
#define WORD_MAX 128

/* ---- names ---- */

uint32_t script_peer(const struct script *s, const char *name)
{
    for (uint32_t i = 1; i <= s->peers; i++) {
        if (strcmp(s->transcript.peers[i], name) == 0) {
            return i;
        }
    }
    script_fail(s, "unknown peer", name);
}

static enum pl_endpoint endpoint_of(const struct script *s, uint32_t peer)
{
    return strcmp(s->people[peer].role, "adapter") == 0 ? PL_ENDPOINT_WORK : PL_ENDPOINT_API;
}

static uint16_t kind_of(const struct script *s, const char *name)
{
    for (unsigned kind = 1; kind < 0x0500; kind++) {
        const char *known = placet_kind_name(kind);
        if (known != NULL && strcmp(known, name) == 0) {
            return (uint16_t)kind;
        }
    }
    script_fail(s, "unknown kind", name);
}

/* Adapters speak with a lease, everybody else with an idempotency id. */
static bool is_command(const struct script *s, uint32_t peer, uint16_t kind)
{
    if (strcmp(s->people[peer].role, "adapter") == 0) {
        return false;
    }
    return (kind >= PLACET_KIND_START && kind <= PLACET_KIND_EXTEND) || kind == PLACET_KIND_PAUSE ||
           kind == PLACET_KIND_RESUME || kind == PLACET_KIND_HAND_OVER;
}

uint32_t script_add_peer(struct script *s, const char *name, const char *role)
{
    char text[256];
    uint32_t peer = 0;

    for (uint32_t i = 1; i <= s->peers; i++) { /* again, after a restart */
        peer = strcmp(s->transcript.peers[i], name) == 0 ? i : peer;
    }
    if (peer == 0) {
        if (s->peers + 2 >= TRANSCRIPT_PEERS) {
            script_fail(s, "too many peers", name);
        }
        peer = ++s->peers;
        (void)snprintf(s->transcript.peers[peer], sizeof s->transcript.peers[peer], "%s", name);
    }
    if (s->people[peer].role != role) {
        (void)snprintf(s->people[peer].role, sizeof s->people[peer].role, "%s", role);
    }
    (void)snprintf(text, sizeof text, "{\"role\": \"%s\", \"name\": \"%s\"}", role, name);
    script_post(s, peer, "HELLO", text);
    return peer;
}

/* ---- placeholders ---- */

struct find_case {
    struct pl_case_id id;
    const char *key;
};

static void look_at_frame(const struct sim_frame *at, struct find_case *find)
{
    struct pl_frame frame;
    struct pl_reader in;

    PL_CHECK(pl_frame_parse(at->bytes, at->size, PL_FRAME_HEADER, &frame) == PLACET_OK);
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        struct pl_event event;
        PL_CHECK(pl_wire_read_event(&in, &event) == PLACET_OK);
        if (event.kind == PL_EVT_CASE_STARTED &&
            (find->key == NULL || pl_text_is(event.case_started.key, find->key))) {
            find->id = event.case_id;
        }
    }
}

struct pl_case_id script_case(const struct script *s, const char *key)
{
    struct find_case find = {.key = key};

    for (uint32_t i = 0; i < s->world.frame_count; i++) {
        look_at_frame(&s->world.frames[i], &find);
    }
    if (find.id.v == 0) {
        script_fail(s, "no such case was started", key == NULL ? "" : key);
    }
    return find.id;
}

/* The n-th TASK of the step that the peer got (0: the last). */
static const struct sim_letter *find_task(const struct script *s, uint32_t peer, const char *step,
                                          unsigned n)
{
    const struct sim_letter *found = NULL;
    unsigned count = 0;

    for (uint32_t i = 0; i < s->world.outbox_count; i++) {
        const struct sim_letter *letter = &s->world.outbox[i];
        struct pl_text name;
        if (letter->peer.v != peer || letter->kind != PLACET_KIND_TASK ||
            (step != NULL &&
             !(pl_value_as_text(pl_value_get(letter->body, PL_TEXT("step")), &name) &&
               pl_text_is(name, step)))) {
            continue;
        }
        found = letter;
        if (++count == n) {
            return found;
        }
    }
    if (found == NULL || n > count) {
        script_fail(s, "no such task was offered", step == NULL ? "" : step);
    }
    return found;
}

/* @case, @case:KEY, @task, @task:STEP, @task:STEP:2, @task::2, and the same of @lease. */
static void fill_placeholder(struct script *s, struct pl_writer *out, uint32_t peer,
                             struct pl_text text)
{
    char word[WORD_MAX];
    char id[PL_CASE_TEXT_SIZE];
    char *rest = word;

    PL_CHECK(text.len < sizeof word);
    memcpy(word, text.at, text.len);
    word[text.len] = '\0';
    const char *what = strsep(&rest, ":");
    const char *about = strsep(&rest, ":");
    const char *number = strsep(&rest, ":");
    about = about == NULL || about[0] == '\0' ? NULL : about;
    if (strcmp(what, "@case") == 0) {
        pl_case_id_format(script_case(s, about), id);
        pl_write_string(out, id);
    } else if (strcmp(what, "@task") == 0 || strcmp(what, "@lease") == 0) {
        const unsigned n = number == NULL ? 0 : (unsigned)strtoul(number, NULL, 10);
        const struct sim_letter *letter = find_task(s, peer, about, n);
        pl_write_value(out, pl_value_get(letter->body, pl_text_of(what + 1)));
    } else {
        script_fail(s, "unknown placeholder", what);
    }
}

static void fill_value(struct script *s, struct pl_writer *out, uint32_t peer,
                       struct pl_bytes value);

static void fill_map(struct script *s, struct pl_writer *out, uint32_t peer, struct pl_bytes map)
{
    struct pl_reader in;

    pl_reader_init(&in, map.at, map.size);
    const uint32_t pairs = pl_reader_map(&in);
    pl_write_map(out, pairs);
    for (uint32_t i = 0; i < pairs; i++) {
        pl_write_text(out, pl_reader_text(&in, UINT32_MAX));
        fill_value(s, out, peer, pl_reader_value(&in));
    }
}

static void fill_value(struct script *s, struct pl_writer *out, uint32_t peer,
                       struct pl_bytes value)
{
    struct pl_text text;
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    if (pl_value_as_text(value, &text) && text.len > 0 && text.at[0] == '@') {
        fill_placeholder(s, out, peer, text);
    } else if (pl_reader_peek(&in) == PL_VALUE_MAP) {
        fill_map(s, out, peer, value);
    } else {
        pl_write_value(out, value);
    }
}

/* ---- bodies ---- */

static void add_idem(struct script *s, uint32_t peer, struct pl_writer *out)
{
    char idem[96];

    (void)snprintf(idem, sizeof idem, "%s-%u", s->transcript.peers[peer], ++s->people[peer].idems);
    pl_write_key_string(out, "idem", idem);
}

static struct pl_bytes body_of(struct script *s, uint32_t peer, uint16_t kind, const char *json)
{
    static uint8_t raw[BODY_MAX];
    static uint8_t filled[BODY_MAX];
    struct pl_writer out;
    struct pl_reader in;
    struct placet_error err;

    pl_writer_init(&out, raw, sizeof raw);
    if (pl_json_read(pl_text_of(json), &out, &err) < 0) {
        script_fail(s, err.message, json);
    }
    const struct pl_bytes value = pl_writer_bytes(&out);
    const bool add = is_command(s, peer, kind) && pl_value_get(value, PL_TEXT("idem")).size == 0;
    pl_reader_init(&in, value.at, value.size);
    pl_writer_init(&out, filled, sizeof filled);
    if (pl_reader_peek(&in) != PL_VALUE_MAP || !add) {
        fill_value(s, &out, peer, value);
    } else {
        const uint32_t pairs = pl_reader_map(&in);
        pl_write_map(&out, pairs + 1);
        for (uint32_t i = 0; i < pairs; i++) {
            pl_write_text(&out, pl_reader_text(&in, UINT32_MAX));
            fill_value(s, &out, peer, pl_reader_value(&in));
        }
        add_idem(s, peer, &out);
    }
    PL_CHECK(pl_writer_ok(&out));
    return pl_writer_bytes(&out);
}

static struct pl_bytes bytes_of(struct script *s, const char *hex)
{
    static uint8_t bytes[BODY_MAX];
    uint32_t n = 0;

    for (; isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]); hex += 2) {
        unsigned value;
        if (sscanf(hex, "%2x", &value) != 1) {
            script_fail(s, "not base16", hex);
        }
        bytes[n++] = (uint8_t)value;
    }
    return (struct pl_bytes){bytes, n};
}

/* A file of a folder of calendars goes alone. */
static void keep_calendar(struct script *s, const char *path, uint8_t **bytes, size_t *size)
{
    const char *name = strstr(path, "calendars/");
    struct pl_bundle all;
    struct placet_error err;

    if (name == NULL) {
        return;
    }
    if (pl_bundle_parse((struct pl_bytes){*bytes, (uint32_t)*size}, &all, &err) < 0) {
        script_fail(s, err.message, path);
    }
    const struct pl_bundle alone = {.count = 1, .files = {{pl_text_of(name), all.files[0].text}}};
    uint8_t *written = NULL;
    if (pl_bundle_write(&alone, &written, size, &err) < 0) {
        script_fail(s, err.message, path);
    }
    free(*bytes);
    *bytes = written;
}

/* PUBLISH of the files of a workflow, or of a calendar; " dry_run" behind the path only asks. */
static struct pl_bytes files_of(struct script *s, uint32_t peer, char *path)
{
    static uint8_t body[BODY_MAX];
    char file[512];
    struct pl_writer out;
    struct placet_error err;
    uint8_t *bytes = NULL;
    size_t size = 0;
    char *dry_run = strstr(path, " dry_run");

    if (dry_run != NULL) {
        *dry_run = '\0';
    }
    (void)snprintf(file, sizeof file, "%s/%s", PLACET_SOURCE_DIR, path);
    if (pl_bundle_read_files(file, &bytes, &size, &err) < 0) {
        script_fail(s, err.message, path);
    }
    keep_calendar(s, path, &bytes, &size);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 3);
    pl_write_key_value(&out, "files", (struct pl_bytes){bytes, (uint32_t)size});
    pl_write_key_bool(&out, "dry_run", dry_run != NULL);
    add_idem(s, peer, &out);
    PL_CHECK(pl_writer_ok(&out));
    free(bytes);
    return pl_writer_bytes(&out);
}

static void post(struct script *s, uint32_t peer, uint16_t kind, struct pl_bytes body)
{
    uint8_t header[PLACET_HEADER_SIZE];

    placet_header_write(
        &(struct placet_header){.kind = kind, .correlation = ++s->world.next_correlation}, header);
    (void)sim_send_bytes(&s->world, endpoint_of(s, peer), peer,
                         (struct pl_bytes){header, sizeof header}, body, 2);
}

void script_post(struct script *s, uint32_t peer, const char *kind, const char *json)
{
    const uint16_t number = kind_of(s, kind);

    post(s, peer, number, body_of(s, peer, number, json));
}

void script_message(struct script *s, char *line)
{
    char *kind = strchr(line, ' ');
    char *body = kind == NULL ? NULL : strchr(kind + 1, ' ');

    if (body == NULL) {
        script_fail(s, "NAME KIND BODY is expected", line);
    }
    *kind++ = '\0';
    *body++ = '\0';
    const uint32_t peer = script_peer(s, line);
    const uint16_t number = kind_of(s, kind);
    if (strncmp(body, "bytes ", 6) == 0) {
        post(s, peer, number, bytes_of(s, body + 6));
    } else if (number == PLACET_KIND_PUBLISH && body[0] != '{') {
        post(s, peer, number, files_of(s, peer, body));
    } else {
        post(s, peer, number, body_of(s, peer, number, body));
    }
}
