-- Rows with every odd value that the chat backend may have written.
INSERT INTO llm_providers (id, name, provider_type, description, model_identifier, is_active, requires_polling, max_tokens, supports_streaming, cost_per_1k_input_tokens, cost_per_1k_output_tokens, configuration, min_role, display_order, created_at, updated_at) VALUES
  ('fin', 'Intercom Fin', 'intercom', '', '', 1, 1, 4096, 0, 0, NULL, '{ "relay" :"https://relay.example/fin" }', 'STANDARD', 0, '2026-01-05 08:02:00', '2026-01-05 08:02:00'),
  ('gpt', 'GPT "caf' || char(233) || '"', 'openai', 'a' || char(10) || 'b', 'gpt-x', 1, 0, 8192, 1, 0.003, 15, '{"note": "caf\u00e9 \ud83d\ude00",  "n": 1.50}', 'PROTEGRITY', -1, '2026-01-05 08:02:00.000001', '2026-03-01 00:00:00.500000'),
  ('old', 'Retired', 'custom', '', '', 0, 0, 0, 0, NULL, NULL, '{}', 'PROTEGRITY', 2147483647, '2026-01-05 08:02:00', '2026-01-05 08:02:00');
INSERT INTO agents (id, name, description, system_prompt, default_llm_id, is_active, min_role, icon, color, display_order, configuration, created_at, updated_at) VALUES
  ('expert', 'Expert', '', 'You know.', 'gpt', 1, 'PROTEGRITY', '', '#FA5A25', 0, '{"a":1, "a":2}', '2026-01-05 08:03:00', '2026-01-05 08:03:00.25'),
  ('nobody', 'Nobody', 'off', '', NULL, 0, 'STANDARD', 'ghost', '#000000', 1, '[]', '2026-01-05 08:03:00', '2026-01-05 08:03:00');
INSERT INTO tools VALUES ('search', 'Search', 'search', '', ' {"type" : "object"} ', 1, 0, 'STANDARD', 'null', '2026-01-05 08:04:00', '2026-01-05 08:04:00');
INSERT INTO agents_allowed_llms (id, agent_id, llmprovider_id) VALUES (1, 'expert', 'gpt'), (7, 'expert', 'fin');
INSERT INTO tools_agents (id, tool_id, agent_id) VALUES (3, 'search', 'expert');
INSERT INTO conversations (id, title, model_id, primary_agent_id, primary_llm_id, created_at, updated_at, deleted_at) VALUES
  ('0190a000000070008000000000000001', 'New chat', 'gpt', 'expert', 'gpt', '2026-01-06 09:00:00', '2026-01-06 09:00:02.000500', NULL),
  ('0190a000000070008000000000000002', '', 'gone-model', NULL, NULL, '2026-01-06 09:10:00', '2026-01-06 09:10:00', NULL),
  ('0190a000000070008000000000000003', 'deleted', 'gpt', NULL, 'old', '2026-01-06 09:20:00', '2026-01-06 09:21:00', '2026-01-07 00:00:00');
INSERT INTO messages (id, conversation_id, role, content, agent_id, llm_provider_id, protegrity_data, pending, blocked, created_at, deleted_at) VALUES
  ('0190a000000070008000000000000011', '0190a000000070008000000000000001', 'user', 'caf' || char(233) || ' ' || char(128512), NULL, NULL, NULL, 0, 0, '2026-01-06 09:00:00', NULL),
  ('0190a000000070008000000000000012', '0190a000000070008000000000000001', 'assistant', 'An answer.', 'expert', 'gpt', '{"entities" : [ "NAME" ], "score": 0.10}', 0, 0, '2026-01-06 09:00:01.000500', NULL),
  ('0190a000000070008000000000000013', '0190a000000070008000000000000001', 'user', 'my card is ****', NULL, NULL, '{"blocked_by": "pan"}', 0, 1, '2026-01-06 09:00:02', NULL),
  ('0190a000000070008000000000000021', '0190a000000070008000000000000002', 'user', '', NULL, NULL, NULL, 0, 0, '2026-01-06 09:10:00', NULL),
  ('0190a000000070008000000000000022', '0190a000000070008000000000000002', 'assistant', '', NULL, 'fin', '{"fin_conversation_id": "f-1"}', 1, 0, '2026-01-06 09:10:01', NULL),
  ('0190a000000070008000000000000023', '0190a000000070008000000000000002', 'assistant', 'done meanwhile', NULL, 'fin', 'null', 0, 0, '2026-01-06 09:10:02', NULL),
  ('0190a000000070008000000000000031', '0190a000000070008000000000000003', 'system', 'Be brief.', NULL, NULL, NULL, 0, 0, '2026-01-06 09:20:00', '2026-01-07 00:00:00');
