#include "server/turn.h"

#include <placet/error.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/time.h"
#include "server/calendars.h"
#include "server/log.h"
#include "server/protocol.h"
#include "server/sessions.h"
#include "server/watch.h"
#include "wire/case.h"

#define RECEIVE_BYTES_MAX (4u << 20)   /* of messages in one batch: a form may be large */
#define TIMERS_PER_TURN   256u         /* cases woken in one turn; the rest in the next */
#define ARCHIVE_EVERY     64u          /* commits between two looks at the hot ring */
#define IDLE_BLOCKS       64u          /* blocks written by a commit that has nothing else to do */
#define REPLIES_PER_TRIM  256u         /* rows of forgotten replies are dropped so many at once */
#define REPLIES_TRIM_MAX  4096u        /* by one commit, more than it can add */
#define FULL_TRY_EVERY    32u          /* turns with messages, while the store is full */
#define COMMIT_ROOM       (512u << 10) /* of the arena: packing the largest case */
#define IDEMPOTENCY_MS    ((int64_t)PL_IDEMPOTENCY_DAYS * PL_DAY_MS)

int pl_server_init(struct pl_server *s)
{
    PL_CHECK(pl_wire_case_size_max(PL_STEPS_MAX, PL_TASKS_MAX) <= COMMIT_ROOM &&
             s->config.turn_arena_bytes > 2 * COMMIT_ROOM);
    s->turn = calloc(1, sizeof *s->turn);
    s->outcome = calloc(1, sizeof *s->outcome);
    if (s->turn == NULL || s->outcome == NULL) {
        return PLACET_ENOMEM;
    }
    s->turn->frame_memory = malloc(PL_FRAME_SIZE_MAX);
    s->turn->arena_memory = malloc(s->config.turn_arena_bytes);
    if (s->turn->frame_memory == NULL || s->turn->arena_memory == NULL) {
        return PLACET_ENOMEM;
    }
    pl_arena_init(&s->arena, s->turn->arena_memory, s->config.turn_arena_bytes);
    pl_outbox_init(&s->outbox, &s->arena);
    pl_queues_init(&s->queues);
    int rc = pl_state_init(&s->state);
    if (rc == PLACET_OK) {
        rc = pl_sessions_init(s);
    }
    return rc == PLACET_OK ? pl_watches_init(s) : rc;
}

void pl_server_fini(struct pl_server *s)
{
    pl_watches_fini(s);
    pl_sessions_fini(s);
    pl_state_fini(&s->state);
    pl_queues_fini(&s->queues);
    pl_errands_fini(&s->errands);
    if (s->turn != NULL) {
        free(s->turn->frame_memory);
        free(s->turn->arena_memory);
    }
    free(s->turn);
    free(s->outcome);
    s->turn = NULL;
    s->outcome = NULL;
}

static void begin(struct pl_server *s)
{
    struct pl_turn *turn = s->turn;

    pl_arena_reset(&s->arena);
    s->arena.size = s->config.turn_arena_bytes - COMMIT_ROOM;
    pl_outbox_init(&s->outbox, &s->arena);
    turn->first_seq = s->state.last_seq + 1;
    turn->commands = 0;
    turn->errands = 0;
    turn->puts = NULL;
    turn->puts_end = &turn->puts;
    pl_frame_begin(&turn->frame, turn->frame_memory, PL_FRAME_SIZE_MAX, turn->first_seq);
}

/* ---- timers ---- */

static int fire_timers(struct pl_server *s)
{
    uint32_t fired = 0;

    while (fired < TIMERS_PER_TURN) {
        const struct pl_heap_entry *first = pl_heap_first(&s->state.wakes);
        if (first == NULL || (int64_t)first->key > s->now_ms) {
            break;
        }
        const uint32_t count = s->turn->frame.count;
        struct pl_command cmd = {
            .kind = PL_CMD_TIMER_FIRE,
            .actor = PL_ACTOR_ENGINE,
            .case_id = s->state.slots[first->item].id,
            .step = PL_NO_STEP,
            .item = PL_NO_ITEM,
        };
        struct pl_verdict done;
        const int rc = pl_turn_execute(s, &cmd, &done);
        if (rc == PLACET_ELIMIT) {
            break; /* the turn is full: the next one goes on */
        }
        if (rc < 0) {
            return rc;
        }
        /* A case that woke must have had something to do, or it would wake for ever. */
        PL_CHECK(s->turn->frame.count > count);
        fired++;
    }
    s->metrics.timers_fired += fired;
    return (int)fired;
}

/* ---- commit ---- */

static int put_closed(void *context, const struct pl_live *live, struct pl_bytes packed)
{
    struct pl_server *s = context;

    return s->store->ops->put(s->store, PL_TABLE_CLOSED, live->c.id.v, packed);
}

static int put_rows(struct pl_server *s)
{
    for (const struct pl_put *put = s->turn->puts; put != NULL; put = put->next) {
        const int rc = s->store->ops->put(s->store, put->table, put->key, put->value);
        if (rc < 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

static int trim_replies(struct pl_server *s)
{
    const uint64_t oldest = pl_state_expire_replies(&s->state, s->now_ms - IDEMPOTENCY_MS);
    uint32_t rows = s->state.reply_rows_left / REPLIES_PER_TRIM * REPLIES_PER_TRIM;

    if (rows == 0) {
        return PLACET_OK;
    }
    rows = rows < REPLIES_TRIM_MAX ? rows : REPLIES_TRIM_MAX;
    s->state.reply_rows_left -= rows;
    return s->store->ops->trim(s->store, PL_TABLE_REPLIES, oldest, rows);
}

static int put_checkpoint_mark(struct pl_server *s)
{
    uint8_t memory[16];
    struct pl_writer out;

    pl_writer_init(&out, memory, sizeof memory);
    pl_write_u64(&out, s->turn->replay_seq);
    return s->store->ops->put(s->store, PL_TABLE_META, PL_META_CHECKPOINT, pl_writer_bytes(&out));
}

static int write_transaction(struct pl_server *s, struct pl_bytes frame, uint32_t blocks)
{
    int rc = PLACET_OK;

    if (frame.size != 0) {
        rc = s->journal->ops->append(s->journal, s->turn->first_seq, frame);
        if (rc == PLACET_OK) {
            rc = put_rows(s);
        }
        if (rc == PLACET_OK) {
            rc = pl_state_close_turn(&s->state, &s->arena, put_closed, s);
        }
        if (rc == PLACET_OK) {
            rc = trim_replies(s);
        }
    }
    if (rc == PLACET_OK && blocks > 0) {
        rc = pl_checkpoint_write(s, blocks);
    }
    return rc == PLACET_OK ? put_checkpoint_mark(s) : rc;
}

static uint64_t real_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

static int commit(struct pl_server *s, struct pl_bytes frame, uint32_t blocks)
{
    s->arena.size = s->config.turn_arena_bytes;
    int rc = s->store->ops->begin(s->store);
    if (rc < 0) {
        return rc;
    }
    rc = write_transaction(s, frame, blocks);
    if (rc < 0) {
        s->store->ops->abort(s->store);
        return rc;
    }
    rc = s->journal->ops->seal(s->journal);
    if (rc < 0) {
        s->store->ops->abort(s->store);
        return rc;
    }
    const uint64_t before = real_us();
    rc = s->store->ops->commit(s->store);
    const uint64_t took = real_us() - before;
    s->metrics.commits++;
    s->metrics.commit_us_sum += took;
    if (took > s->metrics.commit_us_max) {
        s->metrics.commit_us_max = took;
    }
    return rc;
}

static int commit_frame(struct pl_server *s, struct pl_bytes *frame_out)
{
    struct pl_turn *turn = s->turn;
    const uint32_t events = turn->frame.count;
    struct pl_digest hash;

    *frame_out = (struct pl_bytes){0};
    if (events == 0) {
        pl_state_drop_turn(&s->state);
        return PLACET_OK;
    }
    /* Blocks and the mark speak of the sequence up to which the state is folded. */
    s->state.last_seq = turn->first_seq + events - 1;
    s->state.last_ms = s->now_ms;
    *frame_out = pl_frame_seal(&turn->frame, &turn->previous, s->now_ms, &hash);
    const int rc = commit(s, *frame_out, pl_checkpoint_share(s, events));
    if (rc < 0) {
        return rc;
    }
    turn->previous = hash;
    turn->full_turns = 0;
    s->metrics.events += events;
    s->metrics.frame_bytes += frame_out->size;
    return PLACET_OK;
}

/* The commit found no room: nothing happened and nobody was told, but the state had gone ahead. It
 * is built anew from the store; peers keep their sessions and ask again. */
static int take_back(struct pl_server *s)
{
    struct placet_error err = {0};

    pl_log(PL_LOG_WARNING, "the store is full: a turn of %u events was taken back",
           s->turn->frame.count);
    s->turn->full_turns = 1;
    s->arena.size = s->config.turn_arena_bytes;
    pl_outbox_init(&s->outbox, &s->arena);
    pl_state_fini(&s->state);
    pl_queues_clear(&s->queues);
    pl_errands_clear(&s->errands);
    int rc = pl_state_init(&s->state);
    if (rc == PLACET_OK) {
        rc = pl_server_recover(s, &err);
    }
    if (rc == PLACET_OK) {
        pl_arena_reset(&s->arena);
        pl_sessions_turn_failed(s);
        pl_state_drop_turn(&s->state);
    }
    return rc;
}

/* ---- between turns ---- */

/* A disk without room for segments keeps its frames in the ring: the store tries again by itself.
 */
static int archive(struct pl_server *s)
{
    const int rc = s->store->ops->archive(s->store, s->turn->replay_seq);
    return rc == PLACET_EFULL ? PLACET_OK : rc;
}

/* What can be done when nobody waits: the rest of the checkpoint, then sealing old frames. */
static int use_idle_time(struct pl_server *s)
{
    if (s->store->ops->nearly_full(s->store)) {
        return PLACET_OK; /* the rest of the room is for what is under way */
    }
    if (s->state.dirty_count > 0) {
        begin(s);
        const int rc = commit(s, (struct pl_bytes){0}, IDLE_BLOCKS);
        return rc == PLACET_EFULL ? take_back(s) : rc; /* blocks count as written that were not */
    }
    return archive(s);
}

static int archive_sometimes(struct pl_server *s)
{
    if (++s->turn->commits_since_archive < ARCHIVE_EVERY) {
        return PLACET_OK;
    }
    s->turn->commits_since_archive = 0;
    if (s->store->ops->nearly_full(s->store)) {
        return PLACET_OK;
    }
    return archive(s);
}

static int timeout_until_wake(const struct pl_server *s, int timeout_ms)
{
    const struct pl_heap_entry *first = pl_heap_first(&s->state.wakes);

    if (s->turn->full_turns > 0) {
        return timeout_ms; /* a timer that is due has failed already: trying costs a recovery */
    }
    if (s->errands.count > 0 || s->state.follow_slot != UINT32_MAX || pl_watches_behind(s) ||
        pl_sessions_behind(s)) {
        return 0;
    }
    if (first == NULL) {
        return timeout_ms;
    }
    const int64_t real = s->clock->real_ms_until(s->clock, (int64_t)first->key);
    return real < timeout_ms ? (int)real : timeout_ms;
}

static int receive_batch(struct pl_server *s, int timeout_ms)
{
    const int count = s->bus->ops->receive(s->bus, timeout_ms, s->turn->messages,
                                           s->config.batch_messages, RECEIVE_BYTES_MAX);

    s->now_ms = s->clock->now_ms(s->clock, s->state.last_ms);
    return count;
}

static int handle_batch(struct pl_server *s, int count)
{
    for (int i = 0; i < count; i++) {
        const int rc = pl_protocol_handle(s, &s->turn->messages[i]);
        if (rc < 0) {
            return rc;
        }
    }
    s->metrics.messages += (uint64_t)count;
    return PLACET_OK;
}

static void tell(struct pl_server *s, struct pl_bytes frame)
{
    pl_outbox_flush(&s->outbox, s->bus, pl_sessions_letter_lost, s);
    pl_watches_serve(s);
    pl_tail_publish(s, frame);
    pl_sessions_tick(s);
}

/* A turn that is taken back takes its answers with it: while the store is full a question does not
 * share one with timers and offers, but for a try now and then. */
static bool answers_come_first(struct pl_server *s)
{
    return s->turn->full_turns > 0 && s->turn->full_turns++ % FULL_TRY_EVERY != 0;
}

int pl_server_turn(struct pl_server *s, int timeout_ms)
{
    struct pl_bytes frame;

    begin(s);
    const int messages = receive_batch(s, timeout_until_wake(s, timeout_ms));
    if (messages < 0) {
        return messages;
    }
    const bool alone = messages > 0 && answers_come_first(s);
    int rc = alone ? PLACET_OK : pl_errands_run(s); /* that the last turn had no room for */
    if (rc == PLACET_OK) {
        rc = handle_batch(s, messages);
    }
    if (rc < 0) {
        return rc;
    }
    const int timers = alone ? 0 : fire_timers(s);
    if (timers < 0) {
        return timers;
    }
    const int followed = alone ? 0 : pl_calendars_follow(s);
    if (followed < 0) {
        return followed;
    }
    const int offers = alone ? 0 : pl_sessions_offer(s);
    if (offers < 0) {
        return offers;
    }
    const int errands = (int)s->turn->errands;
    rc = commit_frame(s, &frame);
    if (rc == PLACET_EFULL) {
        return take_back(s);
    }
    if (rc < 0) {
        return rc;
    }
    tell(s, frame);
    s->metrics.turns++;

    const int done = messages + errands + timers + followed + offers;
    rc = done == 0 ? use_idle_time(s) : archive_sometimes(s);
    return rc < 0 ? rc : done;
}
