"""The lab page.

page      the frame and the tabs            designer  the form's widgets and its address
views     the policy, the inspector, code   trials    attacks, another time
sequence_view  the last upload, exchange by exchange
compare_view  the same picture by a form and by a PUT, and a GET
tour_view  the tour, a step on the screen; tour_answers  what became of its attacks
paste_view  whatever somebody pastes, judged and explained
"""
