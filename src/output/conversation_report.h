#pragma once

#include "admin/conversations.h"
#include "output/report.h"
#include "storage/conversations.h"

namespace llmctl::output {

Report conversations_report(const storage::ConversationList& list);
Report conversation_report(const admin::ConversationDetail& detail);
Report new_conversation_report(const model::Conversation& conversation);
Report change_report(const admin::ConversationChange& change);

}  // namespace llmctl::output
