#include <placet/error.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "support/sim_world.h"
#include "wire/frame.h"

#define OF_STORE(S)   ((struct sim *)(void *)((char *)(S)-offsetof(struct sim, store)))
#define OF_JOURNAL(J) ((struct sim *)(void *)((char *)(J)-offsetof(struct sim, journal)))

static uint8_t *copy(struct pl_bytes bytes)
{
    uint8_t *memory = malloc(bytes.size + 1U);

    PL_CHECK(memory != NULL);
    memcpy(memory, bytes.at, bytes.size);
    return memory;
}

static void *grow(void *array, uint32_t *size, size_t item)
{
    *size = *size == 0 ? 64 : *size * 2;
    void *grown = realloc(array, *size * item);
    PL_CHECK(grown != NULL);
    return grown;
}

/* First committed row at or after (table, key). */
static uint32_t row_at(const struct sim *w, enum pl_table table, uint64_t key)
{
    uint32_t low = 0;
    uint32_t high = w->row_count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct sim_row *row = &w->rows[middle];
        if (row->table < table || (row->table == table && row->key < key)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_row(const struct sim *w, uint32_t at, enum pl_table table)
{
    return at < w->row_count && w->rows[at].table == table;
}

static void forget_pending(struct sim *w)
{
    for (uint32_t i = 0; i < w->pending_count; i++) {
        free(w->pending[i].bytes);
    }
    free(w->pending_frame.bytes);
    w->pending_frame = (struct sim_frame){0};
    w->pending_count = 0;
    w->pending_trim.count = 0;
    w->in_transaction = false;
}

static void remove_row(struct sim *w, uint32_t at)
{
    free(w->rows[at].bytes);
    memmove(&w->rows[at], &w->rows[at + 1], (w->row_count - at - 1) * sizeof *w->rows);
    w->row_count--;
}

static void set_row(struct sim *w, struct sim_row row)
{
    const uint32_t at = row_at(w, row.table, row.key);

    if (is_row(w, at, row.table) && w->rows[at].key == row.key) {
        free(w->rows[at].bytes);
        w->rows[at] = row;
        return;
    }
    if (w->row_count == w->row_size) {
        w->rows = grow(w->rows, &w->row_size, sizeof *w->rows);
    }
    memmove(&w->rows[at + 1], &w->rows[at], (w->row_count - at) * sizeof *w->rows);
    w->rows[at] = row;
    w->row_count++;
}

/* ---- store ---- */

static int begin(struct pl_store *store)
{
    struct sim *w = OF_STORE(store);

    sim_port_call(w);
    PL_CHECK(!w->in_transaction);
    const int rc = sim_store_fault(w);
    w->in_transaction = rc == PLACET_OK;
    return rc;
}

static int put(struct pl_store *store, enum pl_table table, uint64_t key, struct pl_bytes value)
{
    struct sim *w = OF_STORE(store);

    sim_port_call(w);
    PL_CHECK(w->in_transaction);
    if (w->pending_count == w->pending_size) {
        w->pending = grow(w->pending, &w->pending_size, sizeof *w->pending);
    }
    w->pending[w->pending_count++] =
        (struct sim_row){.table = table, .key = key, .bytes = copy(value), .size = value.size};
    return sim_store_fault(w);
}

static int trim(struct pl_store *store, enum pl_table table, uint64_t before, uint32_t count_max)
{
    struct sim *w = OF_STORE(store);

    sim_port_call(w);
    PL_CHECK(w->in_transaction);
    w->pending_trim.table = table;
    w->pending_trim.before = before;
    w->pending_trim.count = count_max;
    return sim_store_fault(w);
}

static int commit(struct pl_store *store)
{
    struct sim *w = OF_STORE(store);

    sim_port_call(w); /* dies before: nothing happened */
    PL_CHECK(w->in_transaction);
    const int rc = sim_store_fault(w);
    if (rc < 0) {
        forget_pending(w);
        return rc;
    }
    for (uint32_t i = 0; i < w->pending_count; i++) {
        if (sim_plant_strikes(w, SIM_PLANT_FORGET, 50)) {
            free(w->pending[i].bytes);
        } else {
            set_row(w, w->pending[i]);
        }
    }
    w->pending_count = 0;
    if (w->pending_frame.bytes != NULL) {
        if (w->frame_count == w->frame_size) {
            w->frames = grow(w->frames, &w->frame_size, sizeof *w->frames);
        }
        struct pl_frame frame;
        PL_CHECK(pl_frame_parse(w->pending_frame.bytes, w->pending_frame.size, PL_FRAME_CRC,
                                &frame) == PLACET_OK);
        w->durable_seq = pl_frame_last_seq(&frame);
        w->frames[w->frame_count++] = w->pending_frame;
        w->pending_frame = (struct sim_frame){0};
    }
    for (uint32_t i = 0; i < w->pending_trim.count; i++) {
        const uint32_t at = row_at(w, w->pending_trim.table, 0);
        if (!is_row(w, at, w->pending_trim.table) || w->rows[at].key >= w->pending_trim.before) {
            break;
        }
        remove_row(w, at);
    }
    w->pending_trim.count = 0;
    w->in_transaction = false;
    sim_port_call(w); /* dies after: it happened, and nobody was told */
    return PLACET_OK;
}

static void abort_transaction(struct pl_store *store)
{
    forget_pending(OF_STORE(store));
}

static int get(struct pl_store *store, enum pl_table table, uint64_t key, void *out, uint32_t *size)
{
    struct sim *w = OF_STORE(store);
    const uint32_t at = row_at(w, table, key);

    sim_port_call(w);
    if (!is_row(w, at, table) || w->rows[at].key != key) {
        return PLACET_ENOTFOUND;
    }
    const uint32_t room = *size;
    *size = w->rows[at].size;
    if (room < w->rows[at].size) {
        return PLACET_ELIMIT;
    }
    memcpy(out, w->rows[at].bytes, w->rows[at].size);
    return PLACET_OK;
}

static int visit(struct pl_store *store, enum pl_table table, uint64_t from, pl_store_visit *call,
                 void *context)
{
    struct sim *w = OF_STORE(store);

    for (uint32_t i = row_at(w, table, from); is_row(w, i, table); i++) {
        const int rc =
            call(context, w->rows[i].key, (struct pl_bytes){w->rows[i].bytes, w->rows[i].size});
        if (rc != 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

static int floor_key(struct pl_store *store, enum pl_table table, uint64_t key, uint64_t *key_out)
{
    struct sim *w = OF_STORE(store);
    uint32_t at = row_at(w, table, key);

    if (is_row(w, at, table) && w->rows[at].key == key) {
        *key_out = key;
        return PLACET_OK;
    }
    if (at == 0 || !is_row(w, at - 1, table)) {
        return PLACET_ENOTFOUND;
    }
    *key_out = w->rows[at - 1].key;
    return PLACET_OK;
}

static int info(struct pl_store *store, struct pl_store_info *info_out)
{
    struct sim *w = OF_STORE(store);

    *info_out = (struct pl_store_info){.frames = w->frame_count};
    if (w->frame_count > 0) {
        info_out->first_frame_seq = w->frames[0].first_seq;
        info_out->oldest_seq = w->frames[0].first_seq;
    }
    for (uint32_t i = 0; i < w->row_count; i++) {
        info_out->entries[w->rows[i].table]++;
    }
    return PLACET_OK;
}

static bool nearly_full(struct pl_store *store)
{
    return OF_STORE(store)->full;
}

static int archive(struct pl_store *store, uint64_t before)
{
    (void)store;
    (void)before;
    return 0;
}

const struct pl_store_ops sim_store_ops = {
    .begin = begin,
    .put = put,
    .trim = trim,
    .commit = commit,
    .abort = abort_transaction,
    .get = get,
    .visit = visit,
    .floor = floor_key,
    .info = info,
    .nearly_full = nearly_full,
    .archive = archive,
};

/* ---- journal ---- */

static int append(struct pl_journal *journal, uint64_t first_seq, struct pl_bytes frame)
{
    struct sim *w = OF_JOURNAL(journal);

    sim_port_call(w);
    PL_CHECK(w->in_transaction && w->pending_frame.bytes == NULL);
    w->pending_frame =
        (struct sim_frame){.first_seq = first_seq, .bytes = copy(frame), .size = frame.size};
    return sim_store_fault(w);
}

static int seal(struct pl_journal *journal)
{
    sim_port_call(OF_JOURNAL(journal));
    return sim_store_fault(OF_JOURNAL(journal));
}

static int read_frames(struct pl_journal *journal, uint64_t from_seq, uint32_t frames_max,
                       pl_journal_visit *call, void *context)
{
    struct sim *w = OF_JOURNAL(journal);
    uint32_t at = w->frame_count;

    while (at > 0 && w->frames[at - 1].first_seq > from_seq) {
        at--;
    }
    at = at > 0 ? at - 1 : 0;
    for (uint32_t i = at; i < w->frame_count && i - at < frames_max; i++) {
        struct pl_frame frame;
        const struct pl_bytes bytes = {w->frames[i].bytes, w->frames[i].size};
        PL_CHECK(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HEADER, &frame) == PLACET_OK);
        if (pl_frame_last_seq(&frame) < from_seq) {
            continue;
        }
        const int rc = call(context, bytes);
        if (rc != 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

static int last(struct pl_journal *journal, pl_journal_visit *call, void *context)
{
    struct sim *w = OF_JOURNAL(journal);

    if (w->frame_count == 0) {
        return PLACET_ENOTFOUND;
    }
    const struct sim_frame *frame = &w->frames[w->frame_count - 1];
    return call(context, (struct pl_bytes){frame->bytes, frame->size});
}

const struct pl_journal_ops sim_journal_ops = {
    .append = append,
    .seal = seal,
    .read = read_frames,
    .last = last,
};

void sim_store_lose(struct sim *w)
{
    if (w->plant == SIM_PLANT_LOSE && w->frame_count > 0) {
        free(w->frames[--w->frame_count].bytes);
    }
}

void sim_store_free(struct sim *w)
{
    forget_pending(w);
    for (uint32_t i = 0; i < w->row_count; i++) {
        free(w->rows[i].bytes);
    }
    for (uint32_t i = 0; i < w->frame_count; i++) {
        free(w->frames[i].bytes);
    }
    free(w->rows);
    free(w->pending);
    free(w->frames);
}
