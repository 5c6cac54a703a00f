/* One message, and a life of the engine for each call of a port that it leads to. Each life is a
 * process of its own: it dies at its call, comes back, hears the same message again, and must then
 * have told the same story. */
#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "script/script.h"
#include "server/rebuild.h"

#define STORY_MAX      (64u << 10)
#define LINE_MAX_BYTES 4096

/* What happened since `from`, without the offers (a new session gets new ones) and without
 * sequences. */
static void tell_story(struct script *s, uint32_t from, char story[STORY_MAX])
{
    size_t used = 0;

    transcript_clear(&s->transcript);
    s->transcript.frames_seen = from;
    s->transcript.letters_seen = s->world.outbox_count;
    transcript_catch_up(&s->transcript);
    for (const char *line = s->transcript.text; *line != '\0';) {
        const size_t len = strcspn(line, "\n") + 1;
        const char *words = line + strspn(line, " 0123456789");
        const size_t rest = len - (size_t)(words - line);
        if (strncmp(words, "task_offered", 12) != 0) {
            PL_CHECK(used + rest < STORY_MAX);
            memcpy(story + used, words, rest);
            used += rest;
        }
        line += len;
    }
    story[used] = '\0';
    transcript_clear(&s->transcript);
}

static void greet_again(struct script *s)
{
    for (uint32_t i = 1; i <= s->peers; i++) {
        (void)script_add_peer(s, s->transcript.peers[i], s->people[i].role);
    }
    script_settle(s);
}

static bool same_bytes(struct script *s)
{
    struct pl_rebuild_report report;
    struct placet_error err;

    return pl_rebuild_check(&s->world.store, &s->world.journal, &report, &err) == PLACET_OK &&
           report.differences == 0;
}

static const struct sim_letter *say(struct script *s, const char *args)
{
    char line[LINE_MAX_BYTES];

    PL_CHECK(strlen(args) < sizeof line);
    (void)snprintf(line, sizeof line, "%s", args);
    script_message(s, line);
    const uint64_t asked = s->world.next_correlation;
    const int rc = sim_settle(&s->world);
    PL_CHECK(rc == 0 || s->world.crashed);
    return s->world.crashed ? NULL : sim_reply(&s->world, asked);
}

/* 0: the same story; 1: another; 2: the call was never reached. */
static int live_once(struct script *s, const char *args, uint64_t call, const char *expected)
{
    static char story[STORY_MAX];
    static struct person people[TRANSCRIPT_PEERS];
    const uint32_t from = s->world.frame_count;

    memcpy(people, s->people, sizeof people);
    s->world.crash_after = call;
    (void)say(s, args);
    if (!s->world.crashed) {
        return 2;
    }
    script_restart(s);
    greet_again(s);
    memcpy(s->people, people, sizeof people); /* the same words: the same idempotency id */
    const struct sim_letter *reply = say(s, args);
    const bool answered = reply != NULL && (reply->flags & PLACET_FLAG_ERROR) == 0;
    tell_story(s, from, story);
    if (strcmp(story, expected) == 0 && answered && same_bytes(s)) {
        return 0;
    }
    (void)fprintf(stderr, "a crash at call %" PRIu64 " leads to\n%sinstead of\n%s", call, story,
                  expected);
    return 1;
}

/* The life without a crash: call 0. */
static int live(struct script *s, const char *args, uint64_t call, char *expected)
{
    if (call > 0) {
        return live_once(s, args, call, expected);
    }
    const uint32_t from = s->world.frame_count;
    (void)say(s, args);
    tell_story(s, from, expected);
    return 0;
}

static int live_apart(struct script *s, const char *args, uint64_t call, char *expected)
{
    int status = 0;
    const pid_t pid = fork();

    PL_CHECK(pid >= 0);
    if (pid == 0) {
        const int rc = live(s, args, call, expected);
        (void)fflush(stderr);
        _exit(rc);
    }
    PL_CHECK(waitpid(pid, &status, 0) == pid);
    if (!WIFEXITED(status)) {
        script_fail(s, "a life ended badly", args);
    }
    return WEXITSTATUS(status);
}

void script_crash_all(struct script *s, const char *args)
{
    uint64_t lives = 0;
    char *expected =
        mmap(NULL, STORY_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    PL_CHECK(expected != MAP_FAILED);
    (void)fflush(NULL);
    (void)live_apart(s, args, 0, expected);
    for (;;) {
        const int rc = live_apart(s, args, lives + 1, expected);
        if (rc == 2) {
            break;
        }
        if (rc != 0) {
            script_fail(s, "a crash changes what happens", args);
        }
        lives++;
    }
    (void)munmap(expected, STORY_MAX);
    (void)say(s, args);
    transcript_addf(&s->transcript, "  %" PRIu64 " crashes, one at each call: the same story\n",
                    lives);
}
