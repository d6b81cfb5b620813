"""What an expression is and what becomes of it.

`flow` walks every function of a module once and notes down records made of symbolic terms; `linking` and `resolve` say
what
those terms are across the whole project; `facts` answers the questions that rules ask.
"""
