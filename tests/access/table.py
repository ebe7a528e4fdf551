"""Who may open which page of a case, one row an address; the test walks them all.

`takes` is the record of the case that stands in the address. The letters stand in the order of GROUPS:

    o  opens (or would, had the record not moved on)
    x  refused: the person may see the case, and not do this
    .  not found: for this person there is no such record

Everybody is let in to the case the way their role is let in; the agency people are the school's, and so is what one
agency owns. A new address needs a row: think first who may open it (handbook §4.2), then write it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from accounts.roles import Role

OPENS: Final = "o"

GROUPS: Final = (
    (Role.REFERRER, Role.DSL, Role.REP, Role.AA, Role.ALO),
    (Role.BU, Role.BUM),
    (Role.SGC, Role.SG, Role.IC),
    (Role.DSP_LA, Role.DSP_ICB, Role.DSP_POLICE),
    (Role.LSP_LA, Role.LSP_ICB, Role.LSP_POLICE),
    (Role.LAN,),
    (Role.PC, Role.PM, Role.AUT, Role.FAMILY, Role.COMMS, Role.LEGAL),
    (Role.ADM, Role.AUD),
)

_TABLE: Final = """
healthz                                -              ooooo oo ooo ooo ooo o oooooo oo
people:list                            -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:invite                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:end                             -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:address                         -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:deputy                          -              ..... .o ... ... ... . ...... ..
people:resend                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:revoke                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:newcomer                        newcomer       ..o.. .o ... ... ... . ...... ..
people:invite_requester                -              xxxxx xo xxx xxx xxx x xxxxxx xx
people:decline_request                 -              xxxxx xo xxx xxx xxx x xxxxxx xx
start                                  -              ooooo oo ooo ooo ooo o oooooo oo
start_of                               -              ooooo oo ooo ooo ooo o oooooo oo
get_in                                 -              ooooo oo ooo ooo ooo o oooooo oo
get_in_code                            -              ooooo oo ooo ooo ooo o oooooo oo
get_in_account                         -              ooooo oo ooo ooo ooo o oooooo oo
get_in_ask                             -              ooooo oo ooo ooo ooo o oooooo oo
get_in_asked                           -              ooooo oo ooo ooo ooo o oooooo oo
profile                                -              ooooo oo ooo ooo ooo o oooooo oo
set_up_second_step                     -              ooooo oo ooo ooo ooo o oooooo oo
invitation                             -              ..... .. ... ... ... . ...... ..
demo_sign_in                           -              ooooo oo ooo ooo ooo o oooooo oo

casework:opening                       -              ooooo oo ooo ooo ooo o oooooo ..
casework:reveal                        -              ooooo oo ooo ooo ooo o oooooo ..
casework:document                      document       .ooo. oo ooo ooo ... . o.o... ..
casework:job                           job            ..... .o ... ... ... . ...... ..
casework:job_file                      job            ..... .o ... ... ... . ...... ..

correspondence:messages                -              xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:message                 message        xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:resend                  message        xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:settle                  message        xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:bounced                 message        xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:preview                 -              xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:returned                -              xxxxx oo xxx xxx xxx x xxxxxx xx
correspondence:templates               -              xxxxx oo xxx xxx xxx x xxxxxx xx
correspondence:template                -              xxxxx oo xxx xxx xxx x xxxxxx xx
correspondence:choice                  -              ooooo oo ooo ooo ooo o oooooo oo
correspondence:failed                  -              xxxxx oo xxx xxx xxx x xxxxxx xx
correspondence:notices                 -              xxxxx oo ooo ooo xxx x oooxxx ..
correspondence:notice-new              -              xxxxx oo xxx xxx xxx x xxxxxx ..
correspondence:reply                   notice         ..... oo xxx xxx ... . xxx... ..
correspondence:demo-post               -              ..... .. ... ... ... . ...... ..

publication:library                    -              ooooo oo ooo ooo ooo o oooooo oo
publication:public                     -              ..... .. ... ... ... . ...... ..
publication:report                     -              ..... .. ... ... ... . ...... ..
publication:sign_off_report            review         ..xx. oo oxo ooo xxx x xxxx.x ..
publication:open                       review         ..xx. oo xxx xxx xxx x xxxx.x ..
publication:case                       -              ..... oo ooo ooo ... . oooooo ..
publication:publication                publication    ..... oo ooo ooo ... . oooooo ..
publication:prepare                    publication    ..... oo xxx xxx ... . xxxxxx ..
publication:take_out                   publication    ..... oo xxx xxx ... . xxxxxx ..
publication:plan                       publication    ..... oo xxx xxx ... . xxxxxx ..
publication:tick                       publication    ..... oo xxx xxx ... . xxxxxo ..
publication:strike                     tick           ..... oo xxx xxx ... . xxxxxx ..
publication:copies                     publication    ..... oo xxx xxx ... . xxxxxx ..
publication:hold_publication           publication    ..... oo xxx ooo ... . xxxxxx ..
publication:release_publication        publication    ..... oo xxx ooo ... . xxxxxx ..
publication:delay_reasons              publication    ..... oo xxx ooo ... . xxxxxx ..
publication:non_publication_reasons    publication    ..... oo xxx ooo ... . xxxxxx ..
publication:publish                    publication    ..... oo xxx xxx ... . xxxxxx ..
publication:publish_improvements       publication    ..... oo xxx xxx ... . xxxxxx ..
publication:decide_not_to_publish      publication    ..... oo oxo ooo ... . xxxxxx ..
publication:withdraw                   publication    ..... oo xxx ooo ... . xxxxxx ..
publication:take_back_publication      publication    ..... oo xxx xxx ... . xxxxxx ..
publication:confirm_publication_taken_back taking_back ..... .. ... ... ... . ...... ..
publication:repository                 publication    ..... oo xxx xxx ... . xxxxxx ..
publication:family_reading             publication    ..... oo xxx xxx ... . xxooxx ..
publication:reading_date               reading        ..... oo xxx ... ... . x.oo.. ..
publication:reading_read               reading        ..... oo xxx ... ... . x.oo.. ..
publication:reading_declined           reading        ..... oo xxx ... ... . x.oo.. ..
publication:ask_early                  publication    ..... oo xxx xxx ... . xxxxxx ..
publication:ask_not_to_publish         publication    ..... oo oxo ooo ... . xxxxxx ..
publication:ask_withdrawal             publication    ..... oo oxo ooo ... . xxxxxx ..
publication:give_view                  not_publish    ..... xx xxx ooo xxx x xxx... ..
publication:record_on_behalf           not_publish    ..... oo oxx xxx xxx x xxx... ..
publication:chair_view                 not_publish    ..... xx xxo xxx xxx x xxx... ..
publication:escalate                   not_publish    ..... oo oxo ooo xxx x xxx... ..
publication:lead_partners              not_publish    ..... oo oxo xxx xxx x xxx... ..
publication:propose_closing            -              xxxxx xx oxx xxx xxx x xxxxxx ..
publication:confirm_closing            closing        ..... xx xxo ooo ... . ...... ..
publication:refuse_closing             closing        ..... xx xxo ooo ... . ...... ..
publication:ask_to_reopen              -              xxxxx xx oxx xxx xxx x xxxxxx ..
publication:bring_to_chair             -              xxxxx oo xxx xxx xxx x xxxxxx ..
publication:stays_closed               brought        ..... xx oxx xxx ... . ...... ..
publication:confirm_reopening          reopening      ..... xx xxx ooo ... . ...... ..
publication:refuse_reopening           reopening      ..... xx xxx ooo ... . ...... ..
publication:bring_in                   -              xxxxx xo xxx xxx xxx x xxxxxx xx
publication:bring_in_to                -              xxxxx xo xxx xxx xxx x xxxxxx xx

panels:begin_commissioning             rapid_review   ..... oo xxx xxx xxx . xxx... ..
panels:begin_alternative               rapid_review   ..... oo xxx xxx xxx . xxx... ..
panels:conclude_reconsidered           rapid_review   ..... oo oxo ooo xxx . xxx... ..
panels:notices                         -              xxxxx oo xxx xxx xxx x xxxxxx ..
panels:reviewer_notices                -              xxxxx oo xxx xxx xxx x xxxxxx ..
panels:discontinuation_notices         -              xxxxx oo xxx xxx xxx x xxxxxx ..
panels:open_alternative                -              xxxxx oo oxo ooo xxx x xxxxxx ..
panels:open_national                   -              xxxxx oo xxx xxx xxx x xxxxxx ..
panels:review                          review         ..oo. oo ooo ooo ooo o oooo.o ..
panels:start_review                    review         ..xx. oo xxx xxx xxx x xxxx.x ..
panels:start_drafting                  review         ..xx. oo xxx xxx xxx x oxxx.x ..
panels:return_to_review                review         ..xx. oo xxx xxx xxx x oxxx.x ..
panels:submit_report                   review         ..xx. oo xxx xxx xxx x oxox.x ..
panels:ask_for_changes                 review         ..xx. oo ooo ooo xxx x xxxx.o ..
panels:sign_off_report                 review         ..xx. oo oxo ooo xxx x xxxx.x ..
panels:discontinue                     review         ..xx. oo xxx xxx xxx x xxxx.x ..
panels:record_national_review          review         ..xx. oo xxx xxx xxx x xxxx.x ..
panels:finish_national                 review         ..xx. oo oxo ooo xxx x xxxx.x ..
panels:commission_beside_national      review         ..xx. oo oxo ooo xxx x xxxx.x ..
panels:ask_local                       review         ..xx. oo oxo ooo xxx x xxxx.x ..
panels:ask_discontinuation             review         ..xx. oo oxo ooo xxx x xxxx.x ..
panels:engagement                      review         ..xx. oo xxx xxx xxx x oxox.x ..
panels:gaps                            review         ..xx. xx oxx xxx xxx x oxxx.x ..
panels:check_progress                  review         ..xx. oo oxx ooo xxx x xxxx.x ..
panels:recommend                       review         ..xx. oo xxx xxx xxx x oxox.x ..
panels:add_case                        review         ..xx. oo xxx xxx xxx x xxxx.x ..
panels:propose                         review         ..xx. oo oxx xxx xxx x xxxx.x ..
panels:close_panel                     review         ..xx. oo oxx xxx xxx x xxxx.x ..
panels:appointment                     appointment    ..... oo o.o ooo ... . o.o... ..
panels:declare                         appointment    ..... oo o.x xxx ... . x.o... ..
panels:appoint                         appointment    ..... oo o.x xxx ... . x.x... ..
panels:drop_proposal                   appointment    ..... oo o.o ooo ... . x.x... ..
panels:end_appointment                 appointment    ..... xx x.x ooo ... . x.x... ..
panels:terms                           review         ..xx. oo xxx xxx xxx x oxox.x ..
panels:terms_version                   terms          ..... oo ooo ooo ... . ooo... ..
panels:agree_terms                     terms          ..... xx oxx ooo ... . xxx... ..
panels:replace_terms                   terms          ..... xx oxx ooo ... . xxx... ..
panels:upload                          review         ..xx. oo xxx xxx xxx x oxox.x ..
panels:circulate                       report_version ..... oo xxx xxx ... . oxo... ..
panels:close_comments                  report_version ..... oo xxx xxx ... . oxo... ..
panels:give_view                       sign_off       ..... xx xxx ooo xxx x xxx... ..
panels:record_on_behalf                sign_off       ..... oo oxx xxx xxx x xxx... ..
panels:chair_view                      sign_off       ..... xx xxo xxx xxx x xxx... ..
panels:recommend_decision              sign_off       ..... xx oxx xxx xxx x xxx... ..
panels:escalate_decision               sign_off       ..... oo oxo ooo xxx x xxx... ..
panels:lead_partners                   sign_off       ..... oo oxo xxx ooo x xxx... ..
panels:alternative                     alternative    ..oo. oo ooo ooo ooo o oooo.o ..
panels:plan_alternative                alternative    ..xx. oo oxx xxx xxx x xxxx.x ..
panels:record_held                     alternative    ..xx. oo oxx xxx xxx x xxxx.x ..
panels:write_up                        alternative    ..xx. oo oxx xxx xxx x xxxx.x ..
panels:ask_for_more                    alternative    ..xx. oo oxx xxx xxx x xxxx.x ..
panels:agree_findings                  alternative    ..xx. xx oxx xxx xxx x xxxx.x ..
panels:discontinue_alternative         alternative    ..xx. xx oxx ooo xxx x xxxx.x ..
panels:escalate                        alternative    ..xx. oo oxo ooo xxx x xxxx.x ..
panels:criteria_met                    alternative    ..xx. oo oxo ooo xxx x xxxx.x ..
panels:ask_again                       alternative    ..xx. oo oxo ooo xxx x xxxx.x ..
panels:ask_criteria                    alternative    ..xx. oo oxo ooo xxx x xxxx.x ..

rapid_review:record_sent               notification   ..... oo xxx xxx ... o x.x... ..
rapid_review:cancel                    notification   ..... oo xxx ooo ... o x.x... ..
rapid_review:la_first                  draft          .oo.. .. ... ... ... . ...... ..
rapid_review:confirm_taking_back       taking_back    ..... oo ... ... ... . ...... ..
rapid_review:take_back_sending         rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:confirm_sending_taken_back taking_back    ..... .. ... ... ... . ...... ..
rapid_review:other_area                -              xxxxx oo xxx xxx xxx o xxxxxx ..
rapid_review:tell_other_area           -              xxxxx oo xxx xxx xxx o xxxxxx ..
rapid_review:other_area_told           -              xxxxx oo xxx xxx xxx o xxxxxx ..
rapid_review:let_other_area_out        -              xxxxx oo xxx xxx xxx o xxxxxx ..
rapid_review:ask_own_agencies          -              xxxxx xx xxx xxx xxx x xxxxxx ..
rapid_review:review                    rapid_review   ..... oo ooo ooo ooo . ooo... ..
rapid_review:ask                       rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:finish_gathering          rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:gaps                      rapid_review   ..... xx oxx xxx xxx . xxx... ..
rapid_review:report                    rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:put_to_partners           rapid_review   ..... oo oxx xxx xxx . xxx... ..
rapid_review:ask_for_rework            rapid_review   ..... oo oxo ooo xxx . xxx... ..
rapid_review:send                      rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:letter                    rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:answer_query              rapid_review   ..... oo xxx xxx xxx . xxx... ..
rapid_review:monitor                   rapid_review   ..... oo oxx xxx xxx . xxx... ..
rapid_review:close                     rapid_review   ..... oo oxx xxx xxx . xxx... ..
rapid_review:give_view                 decision       ..... xx xxx ooo xxx x xxx... ..
rapid_review:record_on_behalf          decision       ..... oo oxx xxx xxx x xxx... ..
rapid_review:recommend                 decision       ..... xx oxx xxx xxx x xxx... ..
rapid_review:chair_view                decision       ..... xx xxo xxx xxx x xxx... ..
rapid_review:confirm_departure         decision       ..... xx xxx ooo xxx x xxx... ..
rapid_review:escalate                  decision       ..... oo oxo ooo xxx x xxx... ..
rapid_review:lead_partners             decision       ..... oo oxo xxx ooo x xxx... ..
rapid_review:request                   request        .ooo. oo ooo ooo ... . o.o... ..
rapid_review:acknowledge               request        .xoo. oo xxx xxx ... . x.x... ..
rapid_review:submit_return             request        .xoo. oo xxx xxx ... . x.x... ..
rapid_review:return_nothing            request        .xoo. oo xxx xxx ... . x.x... ..
rapid_review:decline                   request        .xoo. oo xxx xxx ... . x.x... ..
rapid_review:waive                     request        .xxx. oo xxx xxx ... . x.x... ..
rapid_review:accept_return             request        .xxx. oo xxx xxx ... . x.x... ..
rapid_review:query_return              request        .xxx. oo xxx xxx ... . x.x... ..
rapid_review:chase                     request        .xxx. oo xxx xxx ... . x.x... ..

referrals:list                         -              ooooo oo ooo ooo ooo o oooooo oo
referrals:start                        -              oooxx oo xxx xxx xxx x xxxxxx xx
referrals:ask_first                    -              oooxx xx xxx xxx xxx x xxxxxx xx
referrals:consultation                 consultation   ooo.. .. ... ... ... . ...... ..
referrals:answer_consultation          consultation   xoo.. .. ... ... ... . ...... ..
referrals:withdraw_consultation        consultation   oxx.. .. ... ... ... . ...... ..
referrals:begin_from_consultation      consultation   oxx.. .. ... ... ... . ...... ..
referrals:on_behalf                    -              ..... oo ... ... ... . ...... ..
referrals:oral_notice                  -              ..... oo ... ... ... . ...... ..
referrals:referral                     referral       ooo.. oo ooo ooo ... o o.o... ..
referrals:tasks                        draft          .oo.. .. ... ... ... . ...... ..
referrals:page                         draft          .oo.. .. ... ... ... . ...... ..
referrals:group                        draft          .oo.. .. ... ... ... . ...... ..
referrals:add_member                   draft          .oo.. .. ... ... ... . ...... ..
referrals:member                       draft          .oo.. .. ... ... ... . ...... ..
referrals:remove_member                draft          .oo.. .. ... ... ... . ...... ..
referrals:member_page                  draft          .oo.. .. ... ... ... . ...... ..
referrals:leave                        draft          .oo.. .. ... ... ... . ...... ..
referrals:answer_question              draft          .oo.. .. ... ... ... . ...... ..
referrals:ask_endorsement              draft          .oo.. .. ... ... ... . ...... ..
referrals:endorse                      draft          .oo.. .. ... ... ... . ...... ..
referrals:print                        draft          .oo.. .. ... ... ... . ...... ..
referrals:check                        draft          .oo.. .. ... ... ... . ...... ..
referrals:submit                       draft          .oo.. .. ... ... ... . ...... ..
referrals:resubmit                     draft          .oo.. .. ... ... ... . ...... ..
referrals:record_la_first              draft          .oo.. .. ... ... ... . ...... ..
referrals:discard                      draft          .oo.. .. ... ... ... . ...... ..
referrals:receipt                      draft          ..... .. ... ... ... . ...... ..
referrals:attach                       referral       ooo.. oo xxx xxx ... x x.x... ..
referrals:outcome                      referral       ..... .. ... ... ... . ...... ..
referrals:return_to_referrer           referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:accept                       referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:mark_duplicate               referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:mark_duplicate_of            referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:ask_to_withdraw              referral       ooo.. oo xxx xxx ... x x.x... ..
referrals:withdraw                     referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:transfer                     referral       xxx.. oo oxx xxx ... x x.x... ..
referrals:in_writing                   referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:take_back_acceptance         referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:find_child                   -              xxxxx oo xxx xxx xxx x xxxxxx xx
referrals:link                         -              xxxxx oo xxx xxx xxx x xxxxxx ..
referrals:criteria_view                criteria       ..... xx xxx ooo xxx x xxx... ..
referrals:criteria_on_behalf           criteria       ..... oo oxx xxx xxx x xxx... ..
referrals:criteria_recommend           criteria       ..... xx oxx xxx xxx x xxx... ..
referrals:criteria_chair               criteria       ..... xx xxo xxx xxx x xxx... ..
referrals:criteria_escalate            criteria       ..... oo oxo ooo xxx x xxx... ..
referrals:criteria_lead_partners       criteria       ..... oo oxo xxx xxx x xxx... ..
referrals:notify_alone                 criteria       ..... xx xxx oxx xxx o xxx... ..
referrals:criteria_act                 criteria       ..... oo oxo ooo xxx x xxx... ..
referrals:notification                 notification   ..... oo ooo ooo ... o o.o... ..
referrals:prepare                      notification   ..... oo xxx xxx ... o x.x... ..
referrals:record_sent                  notification   ..... oo xxx xxx ... o x.x... ..
referrals:record_sent_again            notification   ..... oo xxx xxx ... o x.x... ..
referrals:acknowledge                  notification   ..... oo xxx xxx ... o x.x... ..
referrals:reject                       notification   ..... oo xxx xxx ... o x.x... ..
referrals:close                        notification   ..... oo xxx xxx ... x x.x... ..
referrals:reconsider                   notification   ..... oo oxx ooo ... x x.x... ..
referrals:de_notify                    notification   ..... oo xxx ooo ... o x.x... ..
referrals:take_back_sent               notification   ..... oo xxx xxx ... x x.x... ..
referrals:acknowledge_referral         referral       xxx.. oo xxx xxx ... x x.x... ..
referrals:pack                         notification   ..... oo xxx ooo ... o x.x... ..
referrals:kept_pack                    notification   ..... oo xxx ooo ... o x.x... ..
referrals:complete_pack                notification   ..... oo xxx xxx ... o x.x... ..
referrals:correct_notification         notification   ..... oo xxx xxx ... o x.x... ..
referrals:death_notice                 death_notice   ..... oo ooo ooo ... o o.o... ..
referrals:record_death_notice_sent     death_notice   ..... oo xxx xxx ... o x.x... ..
referrals:acknowledge_death_notice     death_notice   ..... oo xxx xxx ... o x.x... ..
referrals:drop_death_notice            death_notice   ..... oo xxx xxx ... o x.x... ..
referrals:take_back_death_notice       death_notice   ..... oo xxx xxx ... x x.x... ..
referrals:suspicion                    -              xxxxx oo xxx xxx xxx o xxxxxx ..
referrals:confirm_taking_back          taking_back    ..... oo ... ... ... . ...... ..

deadlines:board                        -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:month                        -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:week                         -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:feed                         -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:feed-stop                    -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:calendar                     -              ..... .. ... ... ... . ...... ..
deadlines:event                        deadline       ..oo. oo ooo ooo ooo o oooo.o ..
deadlines:detail                       deadline       ..oo. oo ooo ooo ooo o oooo.o ..
deadlines:chasing                      deadline       ..xx. oo xxx xxx xxx x xxxx.x ..
deadlines:correct                      deadline       ..xx. oo xxx xxx xxx x xxxx.x ..
deadlines:extend                       deadline       ..xx. xo oxx xxx xxx x xxxx.x ..
deadlines:lateness                     deadline       ..xx. oo xxx xxx xxx x xxxx.x ..
deadlines:foreseen                     -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:rules                        -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:rule                         -              ooooo oo ooo ooo ooo o oooooo oo
deadlines:propose                      -              xxxxx xx xxx xxx xxx x xxxxxx ox
deadlines:withdraw                     -              xxxxx xx xxx xxx xxx x xxxxxx ox
deadlines:proposal                     proposal       xxxxx xo xxx xxx xxx x xxxxxx ox
deadlines:confirm_proposal             proposal       xxxxx xo xxx xxx xxx x xxxxxx xx
deadlines:refuse_proposal              proposal       xxxxx xo xxx xxx xxx x xxxxxx xx
deadlines:figure                       -              xxxxx xo xxx xxx xxx x xxxxxx xx
deadlines:choices                      -              xxxxx xo xxx xxx xxx x xxxxxx xx
deadlines:holidays                     -              xxxxx xo xxx xxx xxx x xxxxxx ox
deadlines:add_holiday                  -              xxxxx xo xxx xxx xxx x xxxxxx ox
deadlines:change_holiday               holiday        xxxxx xo xxx xxx xxx x xxxxxx ox
deadlines:remove_holiday               holiday        xxxxx xo xxx xxx xxx x xxxxxx ox

decisions:record                       decision       ..... oo ooo ooo ooo o ooo... ..
decisions:confirm                      view           ..... xx xxx xxo xxx x xxx... ..
decisions:contest                      view           ..... xx xxx xxo xxx x xxx... ..
decisions:dispute                      dispute        ..... oo ooo ooo ooo o ooo... ..
decisions:dispute_step                 dispute        ..... oo oxo ooo ooo x xxx... ..
decisions:bring_back                   dispute        ..... oo oxo ooo xxx x xxx... ..
decisions:declarations                 -              xxxox oo oxo ooo xxx x oooxxx ..
decisions:declare                      -              xxxxx xx xxx xxx xxx x xxoxxx ..
decisions:decide_declaration           declaration    ..... xx o.x ooo ... . ..x... ..
decisions:circumstances                -              xxxxx oo ooo ooo xxx x oooooo ..
decisions:add_proceeding               -              xxxxx oo xxx xxx xxx x xxxxxx ..
decisions:update_proceeding            proceeding     ..... oo xxx xxx ... . xxxxxx ..
decisions:list_proceeding              proceeding     ..... oo xxx xxx ... . xxxxxx ..
decisions:start_hearing                proceeding     ..... oo xxx xxx ... . xxxxxx ..
decisions:conclude_proceeding          proceeding     ..... oo xxx xxx ... . xxxxxx ..
decisions:drop_proceeding              proceeding     ..... oo xxx xxx ... . xxxxxx ..
decisions:add_hold                     -              xxxxx oo xxx ooo xxx x xxxxxx ..
decisions:review_hold                  hold           ..... oo xxx ooo ... . xxxxxx ..
decisions:release_hold                 hold           ..... oo xxx ooo ... . xxxxxx ..

actions:mine                           -              ooooo oo ooo ooo ooo o oooooo oo
actions:case                           -              xxoxo oo ooo ooo xxx x oooxxx ..
actions:add                            -              xxoxx oo oxx xxx xxx x xxxxxx ..
actions:action                         action         ..o.o oo ooo ooo ... . oo.... ..
actions:update                         action         ..o.o oo xxx xxx ... . xx.... ..
actions:add_evidence                   action         ..o.o oo xxx xxx ... . xx.... ..
actions:reassign                       action         ..o.x oo oxx xxx ... . xx.... ..
actions:evidence                       evidence       ..o.o oo ooo ooo ... . oo.... ..
actions:start                          action         ..o.o oo xxx xxx ... . xx.... ..
actions:complete                       action         ..o.o oo xxx xxx ... . xx.... ..
actions:ask_for_more                   action         ..x.x oo oxx xxx ... . xx.... ..
actions:accept_evidence                action         ..x.x xx oxx xxx ... . xx.... ..
actions:take_back_acceptance           action         ..x.x xx oxx xxx ... . xx.... ..
actions:await_impact                   action         ..x.x oo oxx xxx ... . xx.... ..
actions:close_with_impact              action         ..x.x xx oxx xxx ... . xx.... ..
actions:reopen                         action         ..x.x xx oxx xxx ... . xx.... ..
actions:supersede                      action         ..x.x oo oxx xxx ... . xx.... ..
actions:extend                         action         ..x.x xx oxx xxx ... . xx.... ..
actions:recommendations                -              xxoxo oo ooo ooo xxx x oooxxx ..
actions:propose                        -              xxxxx oo oxx xxx xxx x oxoxxx ..
actions:recommendation                 recommendation ..... oo ooo ooo ... . oo.... ..
actions:correct                        recommendation ..... oo oxx xxx ... . ox.... ..
actions:request_response               recommendation ..... oo oxx xxx ... . ox.... ..
actions:accept                         recommendation ..... oo xxx xxx ... . xx.... ..
actions:accept_in_part                 recommendation ..... oo xxx xxx ... . xx.... ..
actions:reject                         recommendation ..... oo xxx xxx ... . xx.... ..
actions:ask_again                      recommendation ..... xx oxx ooo ... . xx.... ..
actions:take_into_plan                 recommendation ..... xx oxx ooo ... . xx.... ..
actions:draft_plan                     -              xxxxx oo oxx xxx xxx x oxxxxx ..
actions:plan                           plan           ..... oo ooo ooo ... . oo.... ..
actions:agree                          plan           ..... xx oxx ooo ... . xx.... ..
actions:return_to_draft                plan           ..... xx oxx ooo ... . xx.... ..
actions:run                            plan           ..... oo oxx xxx ... . xx.... ..
actions:evaluate                       plan           ..... oo oxx xxx ... . xx.... ..
actions:resume                         plan           ..... oo oxo ooo ... . xx.... ..
actions:close                          plan           ..... xx xxo ooo ... . xx.... ..
actions:report_progress                plan           ..... xx xxx xxx ... . xx.... ..

chronologies:case                      -              xxoox oo ooo xxx xxx x oooxxx ..
chronologies:request                   -              xxxxx oo xxx xxx xxx x xxxxxx ..
chronologies:combined                  -              xxxxx oo ooo xxx xxx x oooxxx ..
chronologies:lock_combined             -              xxxxx oo xxx xxx xxx x xxxxxx ..
chronologies:chronology                chronology     ..oo. oo oo. ... ... . o.o... ..
chronologies:acknowledge               chronology     ..oo. xx xx. ... ... . x.x... ..
chronologies:begin                     chronology     ..oo. xx xx. ... ... . x.x... ..
chronologies:submit                    chronology     ..oo. xx xx. ... ... . x.x... ..
chronologies:say_nothing_held          chronology     ..oo. xx xx. ... ... . x.x... ..
chronologies:accept                    chronology     ..xx. oo xx. ... ... . o.x... ..
chronologies:send_back                 chronology     ..xx. oo xx. ... ... . o.x... ..
chronologies:agree_date                chronology     ..xx. oo xx. ... ... . x.x... ..
chronologies:withdraw                  chronology     ..xx. oo xx. ... ... . x.x... ..
chronologies:lock                      chronology     ..xx. oo xx. ... ... . x.x... ..
chronologies:add_entry                 chronology     ..oo. xx xx. ... ... . x.x... ..
chronologies:correct_entry             entry          ..oo. xx xx. ... ... . x.x... ..
chronologies:withdraw_entry            entry          ..oo. xx xx. ... ... . x.x... ..

desk:home                              -              ooooo oo ooo ooo ooo o oooooo oo
desk:cases                             -              ooooo oo ooo ooo ooo o oooooo oo
desk:settings                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:names                             -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:contacts                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:deciding                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:directory                         -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:add_entry                         -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:change_entry                      directory_entry xxxxx xo xxx xxx xxx x xxxxxx xx
desk:remove_entry                      directory_entry xxxxx xo xxx xxx xxx x xxxxxx xx
desk:agencies                          -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:add_agency                        -              xxxxx xo xxx xxx xxx x xxxxxx xx
desk:domains                           own_agency     xxxxx xo xxx xxx xxx x xxxxxx xx
desk:end_agency                        own_agency     xxxxx xo xxx xxx xxx x xxxxxx xx
desk:health                            -              xxxxx xo xxx xxx xxx x xxxxxx ox
desk:case                              -              ooooo oo ooo ooo ooo o oooooo ..
desk:timeline                          -              xxxxx oo ooo ooo ooo o oooxxo ..
desk:people                            -              oooox oo ooo ooo ooo o oooxxo ..
desk:access                            -              xxxxx oo xxo xxx xxx x xxxxxx ..
"""

# Public, or the way in: nobody need be signed in, and nothing of a case is told.
FOR_ANYBODY: Final = frozenset(
    {
        "healthz",
        "start",
        "start_of",
        "get_in",
        "get_in_code",
        "get_in_account",
        "get_in_ask",
        "get_in_asked",
        "invitation",
        "demo_sign_in",
        "correspondence:demo-post",
        "deadlines:calendar",
        "publication:library",
        "publication:public",
        "publication:report",
    }
)

# The rules, the bank holidays and the words of the e-mails are the same for every partnership, so whoever keeps or
# reads them anywhere does.
OF_THE_COUNTRY: Final = frozenset(
    {
        "correspondence:template",
        "deadlines:foreseen",
        "deadlines:rules",
        "deadlines:rule",
        "deadlines:propose",
        "deadlines:withdraw",
        "deadlines:proposal",
        "deadlines:confirm_proposal",
        "deadlines:refuse_proposal",
        "deadlines:figure",
        "deadlines:choices",
        "deadlines:holidays",
        "deadlines:add_holiday",
        "deadlines:change_holiday",
        "deadlines:remove_holiday",
    }
)

# A person’s own pages and lists, each showing what they may see; and the managing of a partnership, refused before
# anything is looked up.
NOT_OF_A_CASE: Final = frozenset(
    {
        "profile",
        "set_up_second_step",
        "people:list",
        "people:invite",
        "people:end",
        "people:address",
        "people:deputy",
        "people:resend",
        "people:revoke",
        "people:newcomer",
        "people:invite_requester",
        "people:decline_request",
        "desk:home",
        "desk:cases",
        "deadlines:board",
        "deadlines:month",
        "deadlines:week",
        "deadlines:feed",
        "deadlines:feed-stop",
        "casework:job",
        "casework:job_file",
        *OF_THE_COUNTRY,
        "actions:mine",
        "referrals:list",
        "referrals:start",
        "referrals:ask_first",
        "referrals:consultation",
        "referrals:answer_consultation",
        "referrals:withdraw_consultation",
        "referrals:begin_from_consultation",
        "referrals:on_behalf",
        "referrals:oral_notice",
        "referrals:find_child",
        "correspondence:failed",
        "correspondence:returned",
        "correspondence:templates",
        "correspondence:template",
        "correspondence:choice",
        "desk:health",
        "desk:settings",
        "desk:names",
        "desk:contacts",
        "desk:deciding",
        "desk:directory",
        "desk:add_entry",
        "desk:change_entry",
        "desk:remove_entry",
        "desk:agencies",
        "desk:add_agency",
        "desk:domains",
        "desk:end_agency",
        "publication:bring_in",
        "publication:bring_in_to",
    }
)

# Kinds of record that exist once an agency: the school’s people find none of the hospital’s.
OWNED_BY_ONE_AGENCY: Final = frozenset(
    {
        "document",
        "newcomer",
        "consultation",
        "referral",
        "request",
        "chronology",
        "entry",
        "action",
        "evidence",
    }
)

# Where the referring agency reads the names that it wrote itself.
NAMES_OF_ONES_OWN: Final = frozenset(
    {
        "referrals:referral",
        "referrals:list",
        "referrals:tasks",
        "referrals:group",
        "referrals:member",
        "referrals:member_page",
        "referrals:remove_member",
        "referrals:endorse",
        "referrals:print",
        "referrals:check",
    }
)


@dataclass(frozen=True)
class Page:
    """One row: the address, the record it takes, and each role’s answer."""

    name: str
    takes: str
    answers: dict[Role, str]


def _read() -> list[Page]:
    roles = [role for group in GROUPS for role in group]
    pages = []
    for line in filter(None, _TABLE.splitlines()):
        name, takes, *letters = line.split()
        answers = dict(zip(roles, "".join(letters), strict=True))
        # Nobody is given this role: a row that claims it opens no more than an auditor's. Whoever is let in to another
        # area's case stands in tests/referrals/test_other_area.py.
        answers[Role.NEIGHBOUR] = answers[Role.AUD]
        pages.append(Page(name, takes, answers))
    return pages


PAGES: Final = _read()
