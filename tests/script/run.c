/* Runs a script: command lines in, expected transcript out, through the real turn in a simulated
 * world.
 *
 * README.md describes the commands. With --accept the file is written anew. */
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "script/script.h"
#include "server/rebuild.h"

#define LINE_MAX_BYTES (64u << 10)
#define HANDS          100

_Noreturn void script_fail(const struct script *s, const char *what, const char *about)
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

/* ---- commands ---- */

void script_settle(struct script *s)
{
    const int rc = sim_settle(&s->world);

    if (rc < 0 && !s->world.crashed) {
        script_fail(s, "the turn failed", placet_strstatus(rc));
    }
}

void script_restart(struct script *s)
{
    const int rc = sim_restart(&s->world);

    if (rc < 0) {
        script_fail(s, "recovery failed", placet_strstatus(rc));
    }
}

static void subscribe(struct script *s, uint32_t peer, unsigned number, struct pl_text service)
{
    char text[512];

    (void)snprintf(text, sizeof text, "{\"subscription\": %u, \"service\": \"%.*s\", \"max\": %d}",
                   number, (int)service.len, service.at, HANDS);
    script_post(s, peer, "SUBSCRIBE", text);
}

/* Every service of the definition that was published last; told in one line. */
static void subscribe_all(struct script *s, uint32_t peer)
{
    const struct pl_state *state = &s->world.server.state;
    const struct pl_definition *def = pl_state_definition_number(state, state->revision_count);

    if (def == NULL) {
        script_fail(s, "nothing is published", "*");
    }
    for (uint16_t i = 0; i < def->service_count; i++) {
        subscribe(s, peer, i + 1U, def->services[i].name);
    }
    script_settle(s);
    s->transcript.letters_seen = s->world.outbox_count;
    transcript_catch_up(&s->transcript);
    transcript_addf(&s->transcript, "  %s serves %u services\n", s->transcript.peers[peer],
                    (unsigned)def->service_count);
}

static void command_peer(struct script *s, char *args)
{
    char *save = NULL;
    const char *name = strtok_r(args, " ", &save);
    const char *role = strtok_r(NULL, " ", &save);
    unsigned number = 0;

    if (name == NULL || role == NULL) {
        script_fail(s, "peer NAME ROLE [SERVICE...] is expected", "");
    }
    const uint32_t peer = script_add_peer(s, name, role);
    script_settle(s);
    for (const char *service = strtok_r(NULL, " ", &save); service != NULL;
         service = strtok_r(NULL, " ", &save)) {
        if (strcmp(service, "*") == 0) {
            flush(s);
            subscribe_all(s, peer);
        } else {
            subscribe(s, peer, ++number, pl_text_of(service));
        }
    }
    script_settle(s);
}

static void command_clock(struct script *s, const char *args)
{
    struct pl_date date;
    unsigned hour = 0;
    unsigned minute = 0;

    if (!pl_date_parse((struct pl_text){args, 10}, &date) ||
        sscanf(args + 10, "T%2u:%2u", &hour, &minute) != 2) {
        script_fail(s, "a time like 2016-05-03T09:00 is expected", args);
    }
    const int64_t at_ms = pl_ms_of_day(pl_day_of_date(date), SCRIPT_ZONE_MINUTES) +
                          (int64_t)hour * PL_HOUR_MS + (int64_t)minute * 60000;
    if (at_ms < s->world.now_ms) {
        script_fail(s, "time does not run backwards", args);
    }
    s->world.now_ms = at_ms;
    script_settle(s);
}

/* So many seconds in which nobody is heard; the engine is awake in each. */
static void command_silence(struct script *s, const char *seconds)
{
    for (unsigned long left = strtoul(seconds, NULL, 10); left > 0; left--) {
        s->world.real_ms += 1000;
        s->world.now_ms += 1000;
        script_settle(s);
    }
}

static void command_rebuild(struct script *s)
{
    struct pl_rebuild_report report;
    struct placet_error err;

    if (pl_rebuild_check(&s->world.store, &s->world.journal, &report, &err) < 0) {
        script_fail(s, "rebuild", err.message);
    }
    transcript_addf(&s->transcript, "  rebuild: %s\n",
                    report.differences == 0 ? "the same bytes" : report.first_difference);
}

static void command_crash(struct script *s, char *args)
{
    char *rest = NULL;

    s->world.crash_after = strtoull(args, &rest, 10);
    script_message(s, rest + 1);
    script_settle(s);
    transcript_addf(&s->transcript, "  %s\n", s->world.crashed ? "crash" : "no crash");
    script_restart(s);
}

static void command_fail(struct script *s, char *args)
{
    char *rest = NULL;

    s->world.fail_after = strtoull(args, &rest, 10);
    s->world.fail_status = PLACET_EFULL;
    script_message(s, rest + 1);
    script_settle(s);
    s->world.fail_after = 0;
}

static void run_line(struct script *s, char *line)
{
    if (strncmp(line, "+ ", 2) == 0) { /* goes with the next message */
        script_message(s, line + 2);
    } else if (strncmp(line, "publish ", 8) == 0) {
        (void)sim_publish(&s->world, line + 8);
        script_settle(s);
    } else if (strncmp(line, "peer ", 5) == 0) {
        command_peer(s, line + 5);
    } else if (strncmp(line, "clock ", 6) == 0) {
        command_clock(s, line + 6);
    } else if (strcmp(line, "restart") == 0) {
        script_restart(s);
    } else if (strncmp(line, "crash ", 6) == 0) {
        command_crash(s, line + 6);
    } else if (strncmp(line, "full ", 5) == 0) {
        s->world.full = strcmp(line + 5, "yes") == 0;
    } else if (strncmp(line, "silence ", 8) == 0) {
        command_silence(s, line + 8);
    } else if (strncmp(line, "fail ", 5) == 0) {
        command_fail(s, line + 5);
    } else if (strncmp(line, "letter ", 7) == 0) {
        script_letter(s, line + 7);
    } else if (strncmp(line, "show ", 5) == 0) {
        script_show(s, line + 5);
    } else if (strncmp(line, "office ", 7) == 0) {
        script_office(s, line + 7);
    } else if (strncmp(line, "crash-all ", 10) == 0) {
        script_crash_all(s, line + 10);
    } else if (strcmp(line, "rebuild") == 0) {
        command_rebuild(s);
    } else {
        script_message(s, line);
        script_settle(s);
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
    (void)snprintf(s.transcript.peers[TRANSCRIPT_PEERS - 1], sizeof s.transcript.peers[0],
                   "publisher");

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
