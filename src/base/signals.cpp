#include "base/signals.h"

#include <signal.h>
#include <sys/time.h>

#include "base/error.h"

namespace llmctl {
namespace {

volatile sig_atomic_t received_signal = 0;

void remember(int signal) { received_signal = signal; }

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = SA_RESETHAND;
  for (const int signal : {SIGINT, SIGTERM, SIGALRM}) {
    struct sigaction before {};
    // A shell starts background jobs with SIGINT ignored; that choice stays.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

void limit_run_time(Duration limit) {
  itimerval timer{};
  timer.it_value.tv_sec = limit.count() / 1'000'000;
  timer.it_value.tv_usec = limit.count() % 1'000'000;
  setitimer(ITIMER_REAL, &timer, nullptr);
}

bool interrupted() { return received_signal != 0; }

void throw_if_interrupted() {
  if (received_signal == SIGINT) throw Error(ErrorKind::interrupted, "interrupted");
  if (received_signal == SIGTERM) throw Error(ErrorKind::terminated, "terminated");
  if (received_signal == SIGALRM)
    throw Error(ErrorKind::timeout, "the command took longer than --timeout allows");
}

}  // namespace llmctl
