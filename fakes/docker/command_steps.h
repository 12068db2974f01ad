/* The steps of the commands in commands.def, by the file that has them. */
#ifndef DRYDOCK_FAKES_DOCKER_COMMAND_STEPS_H
#define DRYDOCK_FAKES_DOCKER_COMMAND_STEPS_H

#include "fakes/docker/commands.h"

#define STEP(name) enum command_answer name(struct machine *machine, struct proc *proc)
/* commands_print.c */
STEP(command_echo);
STEP(command_printf);
STEP(command_expr);
STEP(command_seq);
STEP(command_yes);
STEP(command_basename);
STEP(command_dirname);
STEP(command_true);
STEP(command_false);
STEP(command_pwd);
/* commands_test.c */
STEP(command_test);
/* commands_text.c */
STEP(command_cat);
STEP(command_head);
STEP(command_tail);
STEP(command_wc);
STEP(command_tee);
STEP(command_tr);
STEP(command_cut);
STEP(command_rev);
STEP(command_tac);
STEP(command_sort);
STEP(command_uniq);
/* commands_match.c */
STEP(command_grep);
STEP(command_sed);
/* commands_files.c */
STEP(command_mkdir);
STEP(command_rmdir);
STEP(command_rm);
STEP(command_touch);
STEP(command_cp);
STEP(command_mv);
STEP(command_ln);
STEP(command_chmod);
STEP(command_chown);
STEP(command_dd);
STEP(command_mktemp);
/* commands_look.c */
STEP(command_ls);
STEP(command_find_files);
STEP(command_stat);
STEP(command_readlink);
STEP(command_which);
/* commands_system.c */
STEP(command_arch);
STEP(command_busybox);
STEP(command_clear);
STEP(command_date);
STEP(command_env);
STEP(command_hostname);
STEP(command_id);
STEP(command_nproc);
STEP(command_stty);
STEP(command_tty);
STEP(command_uname);
STEP(command_uptime);
STEP(command_ps);
/* commands_run.c */
STEP(command_kill);
STEP(command_sleep);
STEP(command_serve);
STEP(command_ping);
STEP(command_top);
STEP(command_lookup);
STEP(command_prefix);
STEP(command_timeout);
STEP(command_xargs);
#undef STEP

#endif
