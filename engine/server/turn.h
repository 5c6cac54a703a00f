/* The inside of the turn, shared by turn.c, execute.c, checkpoint.c and recover.c. */
#ifndef PL_SERVER_TURN_H
#define PL_SERVER_TURN_H

#include "server/server.h"
#include "wire/frame.h"

/* Room that a command may need in the turn's arena besides its own body: a case of the largest size
 * unpacked and packed again, its answers, a few letters. A message that finds less is refused
 * before it changes anything. */
#define PL_COMMAND_ROOM (512u << 10)

/* A row that joins the turn's transaction; its value is borrowed until the turn ends. */
struct pl_put {
    struct pl_put *next;
    enum pl_table table;
    uint64_t key;
    struct pl_bytes value;
};

struct pl_turn {
    struct pl_message messages[PL_BATCH_MESSAGES_MAX];
    struct pl_frame_builder frame;
    uint8_t *frame_memory;     /* PL_FRAME_SIZE_MAX */
    struct pl_digest previous; /* hash of the newest frame */
    uint8_t *arena_memory;
    uint64_t first_seq; /* of this turn */
    uint32_t commands;  /* executed in this turn */
    uint32_t errands;   /* of which these */
    struct pl_put *puts;
    struct pl_put **puts_end;

    /* Rolling checkpoint: when the cursor comes round to block 0 again, every block that was dirty
     * when it last stood there has been written, so a recovery may begin at the sequence of that
     * moment. */
    uint64_t cycle_seq;  /* first sequence that blocks of this cycle may lack */
    uint64_t replay_seq; /* a recovery begins here */
    uint32_t commits_since_archive;
    uint32_t full_turns; /* since a commit found no room; 0: none did */
};

/* Sequence that the next event gets. */
static inline uint64_t pl_turn_next_seq(const struct pl_server *s)
{
    return s->turn->first_seq + s->turn->frame.count;
}

/* One command, or one start, without the errands that follow from it: for these themselves. As
 * pl_turn_execute and pl_turn_start. */
int pl_turn_command(struct pl_server *s, struct pl_command *cmd, struct pl_verdict *out);
int pl_turn_begin_case(struct pl_server *s, const struct pl_definition *def, struct pl_command *cmd,
                       struct pl_verdict *out);

/* Adds an event of the engine to the frame. PLACET_ELIMIT. */
int pl_turn_append(struct pl_server *s, const struct pl_event *event);

/* Adds a row to the turn's transaction; the value is borrowed until the turn ends. PLACET_ENOMEM.
 */
int pl_turn_put(struct pl_server *s, enum pl_table table, uint64_t key, struct pl_bytes value);

/* Whether the arena and the frame have so much room left. */
bool pl_turn_has_room(const struct pl_server *s, size_t size);

/* Writes up to `block_count` dirty blocks, in ascending order round the ring, into the open
 * transaction. */
int pl_checkpoint_write(struct pl_server *s, uint32_t block_count);

/* How many blocks ride on a commit of so many events. */
uint32_t pl_checkpoint_share(const struct pl_server *s, uint32_t event_count);

/* The block as it lies in the store; `out` has room for it. For the checkpoint and for comparing a
 * rebuilt state. */
int pl_checkpoint_block(const struct pl_state *state, uint32_t block, uint64_t seq,
                        struct pl_writer *out);

/* Reads a stored block: calls pl_state_restore for each of its cases. */
int pl_checkpoint_restore(struct pl_state *state, uint32_t block, struct pl_bytes value,
                          uint64_t *seq_out);

/* Stored form of a kept reply. */
#define PL_REPLY_SIZE_MAX 80
void pl_reply_write(const struct pl_reply *reply, struct pl_writer *out);
int pl_reply_read(uint64_t seq, struct pl_bytes value, struct pl_reply *reply_out);

/* Loads a definition that was accepted when it was published. */
int pl_recover_load_definition(struct pl_bytes bundle, struct pl_definition **def_out);

/* Numbers of the queues of a definition's services. PLACET_ENOMEM, PLACET_ELIMIT (PL_SERVICES_MAX).
 */
int pl_recover_bind_services(struct pl_server *s, uint32_t number);

#endif
