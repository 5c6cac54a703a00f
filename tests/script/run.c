/* Runs a script: command lines in, expected transcript out, through the real turn in a simulated
 * world.
 *
 * README.md describes the commands. With --accept the file is written anew. */
#include <ctype.h>
#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "server/rebuild.h"
#include "support/transcript.h"
#include "value/json.h"

#define LINE_MAX_BYTES (64u << 10)
#define BODY_MAX       (1u << 20)
#define ZONE_MINUTES   480

struct script {
    struct sim world;
    struct transcript transcript;
    char *output;
    size_t output_len;
    uint32_t peers;
    const char *file;
    unsigned line;
};

_Noreturn static void fail(const struct script *s, const char *what, const char *about)
{
    (void)fprintf(stderr, "%s:%u: %s: %s\n", s->file, s->line, what, about);
    exit(2);
}

static void echo(struct script *s, const char *line)
{
    const size_t len = strlen(line);

    PL_CHECK(s->output_len + len + 2 < TRANSCRIPT_MAX);
    memcpy(s->output + s->output_len, line, len);
    s->output_len += len;
    s->output[s->output_len++] = '\n';
    s->output[s->output_len] = '\0';
}

static void flush(struct script *s)
{
    transcript_catch_up(&s->transcript);
    PL_CHECK(s->output_len + s->transcript.len + 1 < TRANSCRIPT_MAX);
    memcpy(s->output + s->output_len, s->transcript.text, s->transcript.len + 1);
    s->output_len += s->transcript.len;
    transcript_clear(&s->transcript);
}

/* ---- names ---- */

static uint32_t peer_of(const struct script *s, const char *name)
{
    for (uint32_t i = 1; i <= s->peers; i++) {
        if (strcmp(s->transcript.peers[i], name) == 0) {
            return i;
        }
    }
    fail(s, "unknown peer", name);
}

static enum pl_endpoint endpoint_of(uint16_t kind)
{
    return kind >= PLACET_KIND_SUBSCRIBE && kind <= PLACET_KIND_CANCEL ? PL_ENDPOINT_WORK
                                                                       : PL_ENDPOINT_API;
}

static uint16_t kind_of(const struct script *s, const char *name)
{
    for (unsigned kind = 1; kind < 0x0500; kind++) {
        const char *known = placet_kind_name(kind);
        if (known != NULL && strcmp(known, name) == 0) {
            return (uint16_t)kind;
        }
    }
    fail(s, "unknown kind", name);
}

/* ---- bodies ---- */

static const struct sim_letter *last_task(const struct script *s, uint32_t peer, const char *step)
{
    for (uint32_t i = s->world.outbox_count; i > 0; i--) {
        const struct sim_letter *letter = &s->world.outbox[i - 1];
        struct pl_text name;
        if (letter->peer.v != peer || letter->kind != PLACET_KIND_TASK) {
            continue;
        }
        if (step == NULL || (pl_value_as_text(pl_value_get(letter->body, PL_TEXT("step")), &name) &&
                             pl_text_is(name, step))) {
            return letter;
        }
    }
    fail(s, "no such task was offered", step == NULL ? "" : step);
}

static void write_placeholder(struct script *s, struct pl_writer *out, uint32_t peer,
                              struct pl_text text)
{
    char word[128];
    char id[PL_CASE_TEXT_SIZE];

    PL_CHECK(text.len < sizeof word);
    memcpy(word, text.at, text.len);
    word[text.len] = '\0';
    char *step = strchr(word, ':');
    if (step != NULL) {
        *step++ = '\0';
    }
    if (strcmp(word, "@case") == 0) {
        struct pl_case_id newest = {0};
        for (uint32_t i = 0; i < s->world.server.state.slot_count; i++) {
            const struct pl_case_id it = s->world.server.state.slots[i].id;
            newest = it.v > newest.v ? it : newest;
        }
        pl_case_id_format(newest, id);
        pl_write_string(out, id);
        return;
    }
    const struct sim_letter *letter = last_task(s, peer, step);
    const char *key = strcmp(word, "@task") == 0 ? "task" : "lease";
    pl_write_value(out, pl_value_get(letter->body, pl_text_of(key)));
}

static struct pl_bytes body_of(struct script *s, uint32_t peer, const char *json)
{
    static uint8_t raw[BODY_MAX];
    static uint8_t filled[BODY_MAX];
    struct pl_writer out;
    struct pl_reader in;
    struct placet_error err;

    pl_writer_init(&out, raw, sizeof raw);
    if (pl_json_read(pl_text_of(json), &out, &err) < 0) {
        fail(s, err.message, json);
    }
    pl_reader_init(&in, raw, out.used);
    pl_writer_init(&out, filled, sizeof filled);
    if (pl_reader_peek(&in) != PL_VALUE_MAP) {
        pl_write_value(&out, pl_reader_value(&in));
        return pl_writer_bytes(&out);
    }
    const uint32_t pairs = pl_reader_map(&in);
    pl_write_map(&out, pairs);
    for (uint32_t i = 0; i < pairs; i++) {
        struct pl_text text;
        pl_write_text(&out, pl_reader_text(&in, UINT32_MAX));
        const struct pl_bytes value = pl_reader_value(&in);
        if (pl_value_as_text(value, &text) && text.len > 0 && text.at[0] == '@') {
            write_placeholder(s, &out, peer, text);
        } else {
            pl_write_value(&out, value);
        }
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
            fail(s, "not base16", hex);
        }
        bytes[n++] = (uint8_t)value;
    }
    return (struct pl_bytes){bytes, n};
}

static void post(struct script *s, uint32_t peer, uint16_t kind, struct pl_bytes body)
{
    uint8_t header[PLACET_HEADER_SIZE];

    placet_header_write(
        &(struct placet_header){.kind = kind, .correlation = ++s->world.next_correlation}, header);
    (void)sim_send_bytes(&s->world, endpoint_of(kind), peer,
                         (struct pl_bytes){header, sizeof header}, body, 2);
}

/* ---- commands ---- */

static void settle(struct script *s)
{
    const int rc = sim_settle(&s->world);

    if (rc < 0 && !s->world.crashed) {
        fail(s, "the turn failed", placet_strstatus(rc));
    }
}

static void restart(struct script *s)
{
    const int rc = sim_restart(&s->world);

    if (rc < 0) {
        fail(s, "recovery failed", placet_strstatus(rc));
    }
}

/* NAME KIND {json} */
static void message(struct script *s, char *name)
{
    char *kind = strchr(name, ' ');
    char *body = kind == NULL ? NULL : strchr(kind + 1, ' ');

    if (body == NULL) {
        fail(s, "NAME KIND BODY is expected", name);
    }
    *kind++ = '\0';
    *body++ = '\0';
    const uint32_t peer = peer_of(s, name);
    post(s, peer, kind_of(s, kind),
         strncmp(body, "bytes ", 6) == 0 ? bytes_of(s, body + 6) : body_of(s, peer, body));
}

static void command_peer(struct script *s, char *args)
{
    char text[512];
    char *save = NULL;
    const char *name = strtok_r(args, " ", &save);
    const char *role = strtok_r(NULL, " ", &save);
    uint32_t peer = 0;

    if (name == NULL || role == NULL || s->peers + 1 >= TRANSCRIPT_PEERS) {
        fail(s, "peer NAME ROLE [SERVICE...] is expected", "");
    }
    for (uint32_t i = 1; i <= s->peers; i++) { /* again, after a restart */
        peer = strcmp(s->transcript.peers[i], name) == 0 ? i : peer;
    }
    peer = peer == 0 ? ++s->peers : peer;
    (void)snprintf(s->transcript.peers[peer], sizeof s->transcript.peers[peer], "%s", name);
    (void)snprintf(text, sizeof text, "{\"role\": \"%s\", \"name\": \"%s\"}", role, name);
    post(s, peer, PLACET_KIND_HELLO, body_of(s, peer, text));
    s->world.inbox[s->world.inbox_count - 1].endpoint =
        strcmp(role, "adapter") == 0 ? PL_ENDPOINT_WORK : PL_ENDPOINT_API;
    settle(s);
    unsigned subscription = 0;
    for (const char *service = strtok_r(NULL, " ", &save); service != NULL;
         service = strtok_r(NULL, " ", &save)) {
        (void)snprintf(text, sizeof text,
                       "{\"subscription\": %u, \"service\": \"%s\", \"max\": 100}", ++subscription,
                       service);
        post(s, peer, PLACET_KIND_SUBSCRIBE, body_of(s, peer, text));
    }
    settle(s);
}

static void command_clock(struct script *s, const char *args)
{
    struct pl_date date;
    unsigned hour = 0;
    unsigned minute = 0;

    if (!pl_date_parse((struct pl_text){args, 10}, &date) ||
        sscanf(args + 10, "T%2u:%2u", &hour, &minute) != 2) {
        fail(s, "a time like 2016-05-03T09:00 is expected", args);
    }
    const int64_t at_ms = pl_ms_of_day(pl_day_of_date(date), ZONE_MINUTES) +
                          (int64_t)hour * PL_HOUR_MS + (int64_t)minute * 60000;
    if (at_ms < s->world.now_ms) {
        fail(s, "time does not run backwards", args);
    }
    s->world.now_ms = at_ms;
    settle(s);
}

static void command_rebuild(struct script *s)
{
    struct pl_rebuild_report report;
    struct placet_error err;

    if (pl_rebuild_check(&s->world.store, &s->world.journal, &report, &err) < 0) {
        fail(s, "rebuild", err.message);
    }
    transcript_addf(&s->transcript, "  rebuild: %s\n",
                    report.differences == 0 ? "the same bytes" : report.first_difference);
}

static void command_crash(struct script *s, char *args)
{
    char *rest = NULL;

    s->world.crash_after = strtoull(args, &rest, 10);
    message(s, rest + 1);
    settle(s);
    transcript_addf(&s->transcript, "  %s\n", s->world.crashed ? "crash" : "no crash");
    restart(s);
}

static void run_line(struct script *s, char *line)
{
    if (strncmp(line, "publish ", 8) == 0) {
        (void)sim_publish(&s->world, line + 8);
        settle(s);
    } else if (strncmp(line, "peer ", 5) == 0) {
        command_peer(s, line + 5);
    } else if (strncmp(line, "clock ", 6) == 0) {
        command_clock(s, line + 6);
    } else if (strcmp(line, "restart") == 0) {
        restart(s);
    } else if (strncmp(line, "crash ", 6) == 0) {
        command_crash(s, line + 6);
    } else if (strncmp(line, "full ", 5) == 0) {
        s->world.full = strcmp(line + 5, "yes") == 0;
    } else if (strcmp(line, "rebuild") == 0) {
        command_rebuild(s);
    } else {
        message(s, line);
        settle(s);
    }
    flush(s);
}

/* ---- the file ---- */

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, TRANSCRIPT_MAX);

    if (file == NULL || text == NULL) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(2);
    }
    const size_t n = fread(text, 1, TRANSCRIPT_MAX - 1, file);
    text[n] = '\0';
    (void)fclose(file);
    return text;
}

static void run(struct script *s, const char *text)
{
    static char line[LINE_MAX_BYTES];

    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        PL_CHECK(len < sizeof line);
        memcpy(line, text, len);
        line[len] = '\0';
        text += len + (text[len] == '\n' ? 1 : 0);
        s->line++;
        if (line[0] == '#' || line[0] == '\0') {
            echo(s, line);
        } else if (strncmp(line, "> ", 2) == 0) {
            echo(s, line);
            run_line(s, line + 2);
        }
    }
}

static int report(const struct script *s, const char *expected)
{
    unsigned line = 1;
    size_t i = 0;

    if (strcmp(expected, s->output) == 0) {
        return EXIT_SUCCESS;
    }
    for (; expected[i] != '\0' && expected[i] == s->output[i]; i++) {
        line += expected[i] == '\n' ? 1 : 0;
    }
    while (i > 0 && expected[i - 1] != '\n') {
        i--;
    }
    (void)fprintf(stderr, "%s:%u: expected\n  %.*s\ngot\n  %.*s\n", s->file, line,
                  (int)strcspn(expected + i, "\n"), expected + i, (int)strcspn(s->output + i, "\n"),
                  s->output + i);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct script s;
    const bool accept = argc == 3 && strcmp(argv[1], "--accept") == 0;

    if (argc != 2 && !accept) {
        (void)fprintf(stderr, "usage: %s [--accept] SCRIPT\n", argv[0]);
        return 2;
    }
    s.file = argv[argc - 1];
    s.output = calloc(1, TRANSCRIPT_MAX);
    PL_CHECK(s.output != NULL);
    sim_init(&s.world, 1);
    transcript_init(&s.transcript, &s.world);

    char *expected = read_all(s.file);
    run(&s, expected);
    int rc = report(&s, expected);
    if (accept) {
        FILE *file = fopen(s.file, "wb");
        rc = file != NULL && fputs(s.output, file) >= 0 && fclose(file) == 0 ? EXIT_SUCCESS : 2;
    }
    transcript_fini(&s.transcript);
    sim_fini(&s.world);
    free(expected);
    free(s.output);
    return rc;
}
