"""A report as one page: the matrix of every cell, and the story behind each.

The page is a single file that asks nothing of any network. What the reports say is data in it,
shown as text and never as markup; a policy in its head keeps a browser from anything else.
"""
