"""The setup page.

page           the checks of the bucket and the way to it
handbook_view  the handbook, folded
"""
