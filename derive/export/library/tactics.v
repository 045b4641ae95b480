(* What the side conditions ask for. *)
Ltac casts := rewrite ?(zrD, zrB, zrN, zr0, zr_pos, zr_neg); cbn [Pos.to_nat Pos.iter_op Nat.add]; rewrite ?mulr1n; ring.
Ltac given_of_all := match goal with H : forall _, _ |- _ => solve [apply: H] end.
Ltac positive := first [ quickly_positive | slowly_positive ]
with quickly_positive := first [ assumption | lazymatch goal with |- is_true (@Order.lt _ _ _ ?x) => lazymatch x with
  | @GRing.one _ => exact: ltr01
  | @GRing.natmul _ _ _ => exact: ltr0Sn
  | ex _ _ => apply: ex_gt0
  | zr _ _ => apply: zr_gt0; lia
  | @GRing.mul _ _ _ => apply: mulr_gt0; positive
  | @GRing.inv _ _ => rewrite invr_gt0; positive
  | @GRing.exp _ _ _ => apply: exprn_gt0; positive
  | smaller _ _ => apply: smaller_gt0; positive
  | @GRing.add _ (zr ?K ?a) (@GRing.mul _ _ (zr ?K ?b)) =>
    rewrite (_ : x = zr K (a - b)); [by apply: zr_gt0; lia | casts]
  | @GRing.add _ _ _ => first [ apply: addr_gt0; positive | apply: ltr_paddr; [nonneg | positive]
                             | apply: ltr_paddl; [nonneg | positive] ]
  | _ => first
    [ given_of_all
    | match goal with H : is_true (0 < path _ _ _ _ _ _) |- _ =>
        first [ eapply path_policy_gt0; solve [exact: H | assumption | lia]
              | eapply path_dynamics_gt0; solve [exact: H | assumption | lia]
              | eapply path_start_gt0; solve [exact: H | assumption] ]
      end
    | solve [apply: time_prod_gt0 => ? ? ?; positive]
    | solve [apply: time_gt0 => [|? ? ?]; [lia | positive]]
    | solve [apply: prod_gt0 => ?; positive]
    | match goal with x0 : _ |- _ => solve [apply: (sum_gt0 x0) => ?; positive] end
    | match goal with x0 : _ |- _ => solve [apply: (mean_gt0 x0) => ?; positive] end ]
  end end ]
with slowly_positive := first
  [ assumption
  | exact: ltr01
  | exact: ltr0Sn
  | solve [apply: ex_gt0]
  | match goal with H : _ |- _ => solve [apply: H] end
  | match goal with H : is_true (0 < path _ _ _ _ _ _) |- _ =>
      first [ solve [apply: (path_policy_gt0 _ _ _ H); [assumption.. | lia | lia]]
            | solve [apply: (path_dynamics_gt0 _ _ _ H); [assumption.. | lia | lia | lia]]
            | solve [apply: (path_start_gt0 _ _ _ H); assumption] ]
    end
  | solve [apply: zr_gt0; lia]
  | solve [apply: mulr_gt0; positive]
  | solve [apply: addr_gt0; positive]
  | solve [rewrite invr_gt0; positive]
  | solve [apply: exprn_gt0; positive]
  | solve [apply: prod_gt0 => ?; positive]
  | match goal with x0 : _ |- _ => solve [apply: (sum_gt0 x0) => ?; positive] end ]
with nonneg := first [ assumption | lazymatch goal with |- is_true (@Order.le _ _ _ ?x) => lazymatch x with
  | @GRing.one _ => exact: ler01
  | @GRing.natmul _ _ _ => exact: ler0n
  | @GRing.zero _ => exact: lexx
  | zr _ _ => apply: zr_ge0; lia
  | @GRing.mul _ _ _ => first [ apply: mulr_ge0; nonneg | assumed_gap ]
  | @GRing.inv _ _ => rewrite invr_ge0; nonneg
  | @GRing.exp _ _ _ => first [ apply: even_ge0; exact: isT | apply: exprn_ge0; nonneg ]
  | powz _ _ => apply: powz_ge0; nonneg
  | smaller _ _ => apply: smaller_ge0; nonneg
  | larger _ _ => apply: larger_ge0; first [left; nonneg | right; nonneg]
  | maximum _ _ => apply: maximum_ge0 => ?; nonneg
  | mean _ _ _ => apply: mean_ge0 => ?; nonneg
  | path _ _ _ _ _ _ => apply: path_ge0 => *; nonneg
  | expect _ _ _ _ _ _ _ _ _ => apply: expect_ge0 => *; nonneg
  | given _ _ _ _ _ _ _ _ _ _ => apply: given_ge0 => *; nonneg
  | samples _ _ _ _ _ => apply: samples_ge0 => *; nonneg
  | @GRing.add _ _ _ => first [ assumed_gap | apply: addr_ge0; nonneg ]
  | _ => first
    [ given_of_all
    | solve [apply: time_ge0 => ? ? ?; nonneg]
    | solve [apply: sum_ge0 => ?; nonneg]
    | solve [apply: prod_ge0 => ?; nonneg]
    | assumed_gap
    | apply: ltW; positive ]
  end end | apply: ltW; positive ]
with assumed_gap := match goal with H : is_true (?a <= ?b) |- is_true (0 <= ?c) =>
  solve [rewrite (_ : c = b - a); [by rewrite subr_ge0 | ring]] end.
Ltac quickly_nonzero := lazymatch goal with
  | |- is_true true => exact: isT
  | |- is_true (~~ (@eq_op _ ?x _)) => first [ assumption | lazymatch x with
    | @GRing.natmul _ _ _ => by rewrite pnatr_eq0
    | powz _ _ => apply: powz_neq0; quickly_nonzero
    | _ => first [ apply: lt0r_neq0; positive | by rewrite intr_eq0 ]
    end ]
  | |- _ => first [ exact: isT | assumption ]
  end.
Ltac nonzero := first [ quickly_nonzero | exact: isT | assumption | solve [by rewrite pnatr_eq0] | solve [by rewrite intr_eq0] | solve [apply: powz_neq0; nonzero] | solve [apply: lt0r_neq0; positive] ].
Ltac constant := first
  [ assumption
  | exact: D0 | exact: D1 | exact: D_nat | exact: D_zr
  | match goal with H : _ |- _ => solve [apply: H] end
  | solve [apply: D_oppc; constant]
  | solve [apply: D_addc; constant]
  | solve [apply: D_mulc; constant]
  | solve [apply: D_invc; constant]
  | solve [apply: D_expc; constant]
  | solve [apply: D_powc; constant]
  | solve [apply: D_exc; constant]
  | solve [apply: D_lnc; [positive | constant]]
  | solve [apply: D_meanc => ?; constant]
  | solve [apply: D_prodc => ?; constant]
  | solve [apply: D_timec => ? ? ?; constant]
  | solve [apply: D_sumc => ?; constant]
  | solve [apply: paths_Dc => ? ?; constant]
  | solve [apply: samples_Dc => *; constant]
  | solve [apply: expect_Dc => *; constant]
  | solve [apply: given_Dc => *; constant]
  | match goal with |- context [if ?b then _ else _] => case: b; constant end ].
Ltac fields := field; repeat (apply/andP; split); nonzero.
Ltac powers :=
  rewrite ?powzM; repeat first [rewrite powz_add_nat; [|lia|lia] | rewrite powz_add; last nonzero]; repeat (rewrite powz_mul; last nonzero);
  rewrite ?powz_pos ?powz_neg ?powz0; cbn [Pos.to_nat Pos.iter_op Nat.add]; first [reflexivity | ring | fields].
(* The tests of a case distinction, of which one is known to hold or none. *)
Ltac decided := repeat match goal with
  | H : is_true (Z.eqb ?x ?y) |- _ => move/Z.eqb_eq: H => H
  | H : Z.eqb ?x ?y = true |- _ => move/Z.eqb_eq: H => H
  | H : Z.eqb ?x ?y = false |- _ => move/Z.eqb_neq: H => H
  end;
  repeat match goal with |- context [Z.eqb ?x ?y] =>
    first [ rewrite (_ : Z.eqb x y = true); last (apply/Z.eqb_eq; lia)
          | rewrite (_ : Z.eqb x y = false); last (apply/Z.eqb_neq; lia) ]
  end.
(* The larger and the smaller of the same numbers, however they are grouped. *)
Ltac lattice := rewrite /larger /smaller; apply/le_anti/andP; split;
  rewrite !(le_maxl, le_maxr, le_minl, le_minr) !lexx ?(orbT, andbT) //.
Ltac places := repeat first [reflexivity | lia | f_equal].

(* Two terms that differ in the trajectory or in the samples alone: hs and ha say where those agree, up to position q
   of the time line; or what was put into one of them stands at another place. *)
Ltac same q hs ha :=
  cbv beta;
  first
  [ match goal with |- ?x = ?y => constr_eq x y; reflexivity end
  | lazymatch goal with |- ?x = _ => lazymatch x with
    | @BigOp.bigop _ _ _ _ _ =>
      first [apply: time_eq => ? ? ? | apply: time_prod_eq => ? ? ? | apply: sum_eq => ?]; same q hs ha
    | mean _ _ _ => apply: mean_eq => ?; same q hs ha
    | variance _ _ _ => apply: variance_eq => ?; same q hs ha
    | maximum _ _ => apply: maximum_eq => ?; same q hs ha
    | samples _ _ _ _ _ => apply: samples_same => [|?|?]; same q hs ha
    | history _ _ _ => apply: history_agree => ? ? ?; same q hs ha
    | path _ _ _ _ _ _ => apply: path_agree => ? ? ?; same q hs ha
    | given _ _ _ _ _ _ _ _ _ _ => first
      [ apply: (@given_agree _ _ _ _ _ _ _ _ _ _ q);
        [ lia
        | lazymatch goal with |- known ?m _ => up_to m end
        | move=> ? ?; same q hs ha
        | move=> ? ?; same q hs ha ]
      | apply: given_whole; [ up_to q | move=> ?; same q hs ha | move=> ?; same q hs ha ] ]
    | if _ then _ else _ => apply: if_same; same q hs ha
    | upd _ _ _ _ => first [apply: upd_same; lia | apply: upd_other; lia | f_equal; same q hs ha]
    | _ => first
      [ apply: hs; lia | apply: ha; lia | by apply: hs | by apply: ha
      | symmetry; apply: upd_other; lia
      | f_equal; same q hs ha ]
    end end ]
with values_of := let h := fresh "h" in move=> ? ? h; same 0%Z h I
with up_to q := let h := fresh "h" in let g := fresh "g" in move=> ? ? ? ? h g; same q h g.
