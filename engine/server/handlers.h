/* One handler a kind. Each gets a message that passed every check of protocol.c and answers it;
 * returns 0 or a status that ends the turn. */
#ifndef PL_SERVER_HANDLERS_H
#define PL_SERVER_HANDLERS_H

#include "server/request.h"

typedef int pl_handler(struct pl_request *r);

/* handlers_session.c */
pl_handler pl_handle_hello;
pl_handler pl_handle_ping;
pl_handler pl_handle_bye;
pl_handler pl_handle_credit;
pl_handler pl_handle_subscribe;

/* handlers_work.c: answers of adapters */
pl_handler pl_handle_taken;
pl_handler pl_handle_progress;
pl_handler pl_handle_park;
pl_handler pl_handle_complete;
pl_handler pl_handle_fail;
pl_handler pl_handle_throw;
pl_handler pl_handle_release;

/* handlers_api.c: commands of portals and officers */
pl_handler pl_handle_start;
pl_handler pl_handle_signal;
pl_handler pl_handle_cancel_case;
pl_handler pl_handle_pause_case;
pl_handler pl_handle_resume_case;
pl_handler pl_handle_retry;
pl_handler pl_handle_supplement;
pl_handler pl_handle_withdraw;
pl_handler pl_handle_skip;
pl_handler pl_handle_back;
pl_handler pl_handle_decide;
pl_handler pl_handle_extend;
pl_handler pl_handle_hand_over;
pl_handler pl_handle_pause;
pl_handler pl_handle_resume;

/* publish.c */
pl_handler pl_handle_publish;

/* handlers_query.c, history.c, why.c */
pl_handler pl_handle_get;
pl_handler pl_handle_list;
pl_handler pl_handle_history;
pl_handler pl_handle_stats;
pl_handler pl_handle_health;
pl_handler pl_handle_why;

/* handlers_watch.c */
pl_handler pl_handle_watch;

#endif
